import { useRef, useState } from "react";
import { format } from "../../lib/cockpit";
import type { Failure } from "../../lib/libvirt/failure-list";
import type { JsonObject } from "../../lib/merge";
import type { Backend } from "./model";

export interface Doing {
  readonly method: string;
  readonly params: JsonObject;
  /** What it says where it failed; $0 is the network. */
  readonly failed: string;
}

export interface Actions {
  /** The networks with something under way. */
  readonly busy: ReadonlySet<string>;
  readonly failures: readonly Failure[];
  /** Does it; a failure is in `failures`. Nothing while something is under way with this network. */
  run(key: string, name: string, doing: Doing): Promise<void>;
  dismiss(id: number): void;
  dismissAll(): void;
}

/** What is done without a dialog that could say how it went. */
export function useActions(backend: Backend): Actions {
  const [busy, setBusy] = useState<ReadonlySet<string>>(new Set());
  const [failures, setFailures] = useState<readonly Failure[]>([]);
  const lastId = useRef(0);
  const run = async (key: string, name: string, { method, params, failed }: Doing) => {
    if (busy.has(key)) return;
    setBusy((now) => new Set(now).add(key));
    try {
      await backend.call(method, { key, ...params });
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      lastId.current += 1;
      const id = lastId.current;
      setFailures((now) => [{ id, title: format(failed, name), message }, ...now]);
    }
    setBusy((now) => new Set([...now].filter((each) => each !== key)));
  };
  return { busy, failures, run, dismiss: (id) => setFailures((now) => now.filter((each) => each.id !== id)), dismissAll: () => setFailures([]) };
}
