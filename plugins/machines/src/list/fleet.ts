/**
 * Several connections as one list. A machine's key is its UUID on the first connection, and `UUID@ID` on the others: the same
 * UUID on two of them is two machines.
 */

import type { JsonObject } from "../../../lib/merge";
import type { Connection, Snapshot } from "../../../lib/rpc";
import type { ConnectionInfo } from "../../../lib/libvirt/model";
import type { Domains, MachinesState, Samples } from "../model";

export type Backend = Pick<
  Connection<MachinesState, Samples>,
  "subscribe" | "getSnapshot" | "onSample" | "call" | "retry" | "close"
>;

export interface Member {
  /** The URI that was asked for; "" leaves it to the back end, and is first. */
  readonly id: string;
  readonly snapshot: Snapshot<MachinesState>;
}

export interface FleetSnapshot {
  readonly members: readonly Member[];
  /** Of all members. */
  readonly domains: Domains;
}

interface Joined {
  backend: Backend;
  leave(): void;
}

const NONE: Domains = {};
const FIRST = "";

export class Fleet {
  #open: (uri: string) => Backend;
  #joined = new Map<string, Joined>();
  #snapshot: FleetSnapshot = { members: [], domains: NONE };
  #listeners = new Set<() => void>();
  #sampleListeners = new Set<(rows: Samples, id: string) => void>();
  #prefixed = new WeakMap<Domains, Domains>();

  constructor(open: (uri: string) => Backend) {
    this.#open = open;
    this.connect([]);
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly getSnapshot = (): FleetSnapshot => this.#snapshot;

  /** Calls `listener` with the samples of a member, by the list's keys; returns what ends that. */
  onSample(listener: (rows: Samples, id: string) => void): () => void {
    this.#sampleListeners.add(listener);
    return () => this.#sampleListeners.delete(listener);
  }

  /** Has these connections besides the first one, and no others. */
  connect(uris: readonly string[]): void {
    const wanted = new Set([FIRST, ...uris]);
    for (const [id, joined] of this.#joined) {
      if (wanted.has(id)) continue;
      joined.leave();
      this.#joined.delete(id);
      this.#sampled({}, id);
    }
    for (const id of wanted) if (!this.#joined.has(id)) this.#joined.set(id, this.#join(id));
    this.#changed();
  }

  retry(id: string): void {
    this.#joined.get(id)?.backend.retry();
  }

  /** Calls a method for one machine. */
  call<T = unknown>(method: string, key: string, params: JsonObject = {}): Promise<T> {
    const [uuid, id] = splitKey(key);
    return this.ask<T>(id, method, { ...params, key: uuid });
  }

  /** The virsh commands that would do what a method does to one machine, each as the words of its argv. */
  commands(method: string, key: string, params: JsonObject = {}): Promise<string[][]> {
    const [uuid, id] = splitKey(key);
    return this.ask(id, "equivalent", { action: method, params: { ...params, key: uuid } });
  }

  /** Calls a method of one member. */
  ask<T = unknown>(id: string, method: string, params: JsonObject): Promise<T> {
    const joined = this.#joined.get(id);
    return joined ? joined.backend.call<T>(method, params) : Promise.reject(new Error(`not connected to ${id}`));
  }

  /** The member that has a machine. */
  memberOf(key: string): Member | undefined {
    const [, id] = splitKey(key);
    return this.#snapshot.members.find((member) => member.id === id);
  }

  #join(id: string): Joined {
    const backend = this.#open(id);
    const ends = [backend.subscribe(() => this.#changed()), backend.onSample((rows) => this.#sampled(prefixed(rows, id), id))];
    return {
      backend,
      leave: () => {
        for (const end of ends) end();
        backend.close();
      },
    };
  }

  #sampled(rows: Samples, id: string): void {
    for (const listener of [...this.#sampleListeners]) listener(rows, id);
  }

  #changed(): void {
    const before = this.#snapshot;
    const members = [...this.#joined].map(([id, { backend }]): Member => {
      const snapshot = backend.getSnapshot();
      const known = before.members.find((member) => member.id === id);
      return known?.snapshot === snapshot ? known : { id, snapshot };
    });
    const listed = members.filter((member) => !isTwice(member, members));
    const maps = listed.map((member) => this.#domainsOf(member));
    const same = maps.length === this.#maps.length && maps.every((map, index) => map === this.#maps[index]);
    this.#maps = maps;
    const domains = same ? before.domains : maps.length === 1 ? (maps[0] ?? NONE) : Object.assign({}, ...maps);
    this.#snapshot = { members: listed, domains };
    for (const listener of [...this.#listeners]) listener();
  }

  #maps: readonly Domains[] = [];

  #domainsOf({ id, snapshot }: Member): Domains {
    const domains = snapshot.state.domains ?? NONE;
    if (id === FIRST) return domains;
    const known = this.#prefixed.get(domains);
    if (known) return known;
    const made = prefixed(domains, id);
    this.#prefixed.set(domains, made);
    return made;
  }
}

/** The UUID and the member of a key. */
export function splitKey(key: string): [uuid: string, id: string] {
  const at = key.indexOf("@");
  return at < 0 ? [key, FIRST] : [key.slice(0, at), key.slice(at + 1)];
}

export function joinKey(uuid: string, id: string): string {
  return id === FIRST ? uuid : `${uuid}@${id}`;
}

/** The URI of a member, as far as it is known. */
export function uriOf({ id, snapshot }: Member): string {
  return snapshot.state.connection?.uri ?? id;
}

/** How a member is called in the list: the host and what is there. */
export function nameOf(member: Member): string {
  const connection: ConnectionInfo | undefined = member.snapshot.state.connection;
  return connection?.demo ? "demo" : uriOf(member);
}

function prefixed<V>(rows: Readonly<Record<string, V>>, id: string): Readonly<Record<string, V>> {
  if (id === FIRST) return rows;
  return Object.fromEntries(Object.entries(rows).map(([uuid, row]) => [joinKey(uuid, id), row]));
}

/** Whether a member is what an earlier one has turned out to be. */
function isTwice(member: Member, members: readonly Member[]): boolean {
  const before = members.slice(0, members.indexOf(member));
  return before.some((other) => other.snapshot.state.connection?.uri === member.id);
}
