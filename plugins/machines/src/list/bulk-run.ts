/** One thing done to many machines, some at a time, with a result for each: an immutable snapshot, outside React. */

import type { Domain } from "../model";

export type Result =
  | { readonly kind: "waiting" | "running" | "done" | "stopped" }
  /** Why it was not done, or not tried. */
  | { readonly kind: "failed" | "left out"; readonly message: string };

export interface BulkItem {
  readonly key: string;
  readonly domain: Domain;
  readonly result: Result;
}

/** Calls that run at a time: libvirt serves about as many for one client. */
export const AT_ONCE = 4;

export class BulkRun {
  #items: readonly BulkItem[];
  #listeners = new Set<() => void>();
  #stopped = false;

  /** `refusal` says of a machine why it is left out; null where it is not. */
  constructor(machines: readonly (readonly [key: string, domain: Domain])[], refusal: (key: string, domain: Domain) => string | null) {
    this.#items = machines.map(([key, domain]) => {
      const message = refusal(key, domain);
      return { key, domain, result: message === null ? { kind: "waiting" } : { kind: "left out", message } };
    });
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly getSnapshot = (): readonly BulkItem[] => this.#items;

  /** Calls for each machine that is not left out; never rejects: failures are in the snapshot. */
  async run(call: (key: string) => Promise<unknown>): Promise<void> {
    const queue = this.#items.filter(({ result }) => result.kind === "waiting").map(({ key }) => key);
    const work = async () => {
      for (let key = queue.shift(); key !== undefined; key = queue.shift()) await this.#one(key, call);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  }

  /** Begins nothing any more; what runs is let come to its end. */
  stop(): void {
    this.#stopped = true;
  }

  async #one(key: string, call: (key: string) => Promise<unknown>): Promise<void> {
    if (this.#stopped) return this.#set(key, { kind: "stopped" });
    this.#set(key, { kind: "running" });
    try {
      await call(key);
      this.#set(key, { kind: "done" });
    } catch (error) {
      this.#set(key, { kind: "failed", message: error instanceof Error ? error.message : String(error) });
    }
  }

  #set(key: string, result: Result): void {
    this.#items = this.#items.map((item) => (item.key === key ? { ...item, result } : item));
    for (const listener of [...this.#listeners]) listener();
  }
}

export function isFinished(items: readonly BulkItem[]): boolean {
  return items.every(({ result }) => result.kind !== "waiting" && result.kind !== "running");
}
