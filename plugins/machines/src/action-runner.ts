/** Which actions are under way, which were asked of a guest, and which failed: an immutable snapshot, outside React. */

import { format, gettext as _ } from "../../lib/cockpit";
import type { Failure } from "../../lib/libvirt/failure-list";
import type { Action, ActionName } from "./actions";
import type { Domain, Domains } from "./model";

/** Of the machine `key`. */
export interface MachineFailure extends Failure {
  readonly key: string;
}

export interface Activity {
  /** Called, not answered yet. At most one per machine. */
  readonly busy: ReadonlyMap<string, Action>;
  /** The guest was asked and has not followed yet. */
  readonly asked: ReadonlyMap<string, Asked>;
  readonly failures: readonly MachineFailure[];
  /** For screen readers: the last thing that happened. */
  readonly announcement: string;
}

export interface Asked {
  readonly action: Action;
  /** The state it was in then. */
  readonly state: string;
}

const NOTHING: Activity = { busy: new Map(), asked: new Map(), failures: [], announcement: "" };
/** After that a guest is taken to ignore what it was asked, and the row says no more about it. */
const PATIENCE = 120_000;

export class ActionRunner {
  #call: (method: ActionName, key: string) => Promise<unknown>;
  #later: (run: () => void, milliseconds: number) => void;
  #activity = NOTHING;
  #listeners = new Set<() => void>();
  #lastId = 0;
  #domains: Domains | null = null;

  constructor(
    call: (method: ActionName, key: string) => Promise<unknown>,
    later: (run: () => void, milliseconds: number) => void = (run, milliseconds) => setTimeout(run, milliseconds),
  ) {
    this.#call = call;
    this.#later = later;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly getSnapshot = (): Activity => this.#activity;

  /** Does the action; nothing while another one of that machine is under way. Never rejects: failures are in the snapshot. */
  async run(key: string, domain: Domain, action: Action): Promise<void> {
    if (this.#activity.busy.has(key)) return;
    this.#change({
      busy: new Map(this.#activity.busy).set(key, action),
      asked: without(this.#activity.asked, key),
      failures: this.#activity.failures.filter((failure) => failure.key !== key),
    });
    try {
      await this.#call(action.method, key);
    } catch (error) {
      this.#failed(key, domain, action, error);
      return;
    }
    this.#succeeded(key, domain, action);
  }

  dismiss(id: number): void {
    this.#change({ failures: this.#activity.failures.filter((failure) => failure.id !== id) });
  }

  dismissAll(): void {
    this.#change({ failures: [] });
  }

  /** To be told of every new list: what a guest was asked is settled when its state is another one. */
  observe(domains: Domains): void {
    this.#domains = domains;
    const settled = [...this.#activity.asked].filter(([key, { state }]) => domains[key]?.state !== state);
    if (settled.length > 0) this.#change({ asked: without(this.#activity.asked, ...settled.map(([key]) => key)) });
  }

  #succeeded(key: string, domain: Domain, action: Action): void {
    const { busy, asked } = this.#activity;
    const entry: Asked = { action, state: domain.state };
    const followed = this.#domains !== null && this.#domains[key]?.state !== domain.state;
    const waiting = action.asked !== undefined && !followed;
    this.#change({
      busy: without(busy, key),
      ...(waiting && { asked: new Map(asked).set(key, entry) }),
      announcement: format(_(action.done), domain.name),
    });
    if (!waiting) return;
    this.#later(() => {
      if (this.#activity.asked.get(key) === entry) this.#change({ asked: without(this.#activity.asked, key) });
    }, PATIENCE);
  }

  #failed(key: string, domain: Domain, action: Action, error: unknown): void {
    const failure: MachineFailure = {
      id: ++this.#lastId,
      key,
      title: format(_(action.failed), domain.name),
      message: error instanceof Error ? error.message : String(error),
    };
    this.#change({ busy: without(this.#activity.busy, key), failures: [failure, ...this.#activity.failures] });
  }

  #change(part: Partial<Activity>): void {
    this.#activity = { ...this.#activity, ...part };
    for (const listener of [...this.#listeners]) listener();
  }
}

function without<V>(map: ReadonlyMap<string, V>, ...keys: string[]): ReadonlyMap<string, V> {
  const result = new Map(map);
  for (const key of keys) result.delete(key);
  return result;
}
