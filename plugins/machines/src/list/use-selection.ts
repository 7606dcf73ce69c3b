import { useCallback, useMemo, useState } from "react";
import type { Domains } from "../model";
import type { Row } from "./view";

export interface Selection {
  /** Those that are still there, in the order in which they were selected. */
  readonly rows: readonly Row[];
  has(key: string): boolean;
  toggle(key: string, selected: boolean): void;
  /** Adds machines, or takes them away. */
  all(keys: readonly string[], selected: boolean): void;
  clear(): void;
}

const NONE: ReadonlySet<string> = new Set();

/** Which machines the user selected, whatever the filter shows. */
export function useSelection(domains: Domains): Selection {
  const [keys, setKeys] = useState(NONE);
  const all = useCallback((changed: readonly string[], selected: boolean) => {
    setKeys((before) => {
      const next = new Set(before);
      for (const key of changed) if (selected) next.add(key); else next.delete(key);
      return next;
    });
  }, []);
  const toggle = useCallback((key: string, selected: boolean) => all([key], selected), [all]);
  const clear = useCallback(() => setKeys(NONE), []);
  return useMemo(() => {
    const rows = [...keys].flatMap((key): Row[] => {
      const domain = domains[key];
      return domain ? [[key, domain]] : [];
    });
    return { rows, has: (key: string) => keys.has(key), toggle, all, clear };
  }, [keys, domains, toggle, all, clear]);
}
