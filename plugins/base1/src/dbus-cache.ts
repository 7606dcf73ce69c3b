/* What a client knows of watched objects: the interfaces (`meta`) and the values of properties (`notify`), protocol 2.16. */

/* eslint-disable @typescript-eslint/no-explicit-any -- D-Bus values have the types of their signatures */

export type Properties = Record<string, any>;

/** What an interface has, as `meta` messages tell it. */
export interface Interface {
  methods?: Record<string, { in?: string[]; out?: string[] }>;
  properties?: Record<string, { flags?: string; type?: string }>;
  signals?: Record<string, { in?: string[] }>;
}

/** Told all properties of an interface of an object when some changed, null when it is gone. The object is not changed later. */
export type Follower = (properties: Properties | null, path: string) => void;

export class ObjectCache {
  readonly interfaces: Record<string, Interface> = {};
  readonly #values = new Map<string, Map<string, Properties>>();
  readonly #ofObject = new Map<string, Set<Follower>>();
  readonly #ofInterface = new Map<string, Set<Follower>>();

  explain(interfaces: Record<string, Interface>): void {
    Object.assign(this.interfaces, interfaces);
  }

  /** All known properties of an interface of an object; null where it is not there. */
  lookup(path: string, iface: string): Properties | null {
    return this.#values.get(iface)?.get(path) ?? null;
  }

  /** The paths of the objects that have the interface. */
  paths(iface: string): string[] {
    return [...(this.#values.get(iface)?.keys() ?? [])];
  }

  /** Follows one object, before those that follow all with the interface; returns what ends that. */
  followObject(path: string, iface: string, follower: Follower): () => void {
    return follow(this.#ofObject, objectKey(path, iface), follower);
  }

  followInterface(iface: string, follower: Follower): () => void {
    return follow(this.#ofInterface, iface, follower);
  }

  /** Takes in `{path: {interface: {property: value} or null}}`. */
  apply(notify: Record<string, Record<string, Properties | null>>): void {
    for (const [path, interfaces] of Object.entries(notify)) {
      for (const [iface, changed] of Object.entries(interfaces ?? {})) this.#update(path, iface, changed);
    }
  }

  /** Forgets every object. */
  clear(): void {
    for (const [iface, objects] of this.#values) for (const path of [...objects.keys()]) this.#update(path, iface, null);
  }

  #update(path: string, iface: string, changed: Properties | null): void {
    const objects = this.#values.get(iface) ?? new Map<string, Properties>();
    this.#values.set(iface, objects);
    if (changed === null && !objects.delete(path)) return;
    const properties = changed && { ...objects.get(path), ...changed };
    if (properties) objects.set(path, properties);
    for (const follower of [...(this.#ofObject.get(objectKey(path, iface)) ?? [])]) follower(properties, path);
    for (const follower of [...(this.#ofInterface.get(iface) ?? [])]) follower(properties, path);
  }
}

const objectKey = (path: string, iface: string) => `${path}\n${iface}`;

function follow(followers: Map<string, Set<Follower>>, key: string, follower: Follower): () => void {
  const known = followers.get(key) ?? new Set();
  known.add(follower);
  followers.set(key, known);
  return () => void known.delete(follower);
}

/** Whether an object is the namespace's, or below it. */
export function isWithin(path: string, namespace: string): boolean {
  return namespace === "/" || path === namespace || path.startsWith(`${namespace}/`);
}
