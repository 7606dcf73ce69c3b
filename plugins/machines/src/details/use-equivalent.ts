import { useEffect, useState } from "react";
import type { JsonObject } from "../../../lib/cockpit";
import type { Machine } from "./model";
import { shellText } from "./shell-words";

export interface Equivalent {
  /** One a line; null until they are told. */
  readonly commands: readonly string[] | null;
  /** Why there are none. */
  readonly reason: string;
}

const UNTOLD: Equivalent = { commands: null, reason: "" };
/** Milliseconds of quiet after which what is typed in is asked about. */
const SETTLED = 300;

/** The commands that would do the same as a method; asked for while `wanted`. */
export function useEquivalent({ backend, id }: Machine, method: string, params: JsonObject, wanted: boolean): Equivalent {
  const [told, setTold] = useState(UNTOLD);
  const asked = JSON.stringify({ ...params, key: id });
  useEffect(() => {
    if (!wanted) return;
    let current = true;
    const timer = setTimeout(() => {
      backend.call<string[][]>("equivalent", { action: method, params: JSON.parse(asked) as JsonObject }).then(
        (commands) => current && setTold({ commands: commands.map(shellText), reason: "" }),
        (error: unknown) => current && setTold({ commands: [], reason: error instanceof Error ? error.message : String(error) }),
      );
    }, SETTLED);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [backend, method, asked, wanted]);
  return told;
}
