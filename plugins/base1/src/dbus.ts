import { base64_encode } from "./base64";
import { channel, type Channel } from "./channel";
import { isWithin, ObjectCache, type Interface, type Properties } from "./dbus-cache";
import { DBusProxies, DBusProxy, type ProxyOptions } from "./dbus-proxy";
import { Emitter } from "./events";
import { isObject, type Control, type Json } from "./json";
import { BasicError } from "./problem";
import { defer, type Deferred, type Promised } from "./promise";

/* eslint-disable @typescript-eslint/no-explicit-any -- D-Bus values have the types of their signatures */

export interface DBusOptions {
  bus?: "system" | "session" | "internal" | "none";
  address?: string;
  host?: string;
  superuser?: "try" | "require" | null;
  /** Close when the service has another owner than at first. */
  track?: boolean;
  [option: string]: unknown;
}

export interface CallOptions {
  /** The signature of the arguments; without it the bridge asks the service. */
  type?: string;
  /** "i", the default, lets the service ask the user for a password. */
  flags?: string;
  /** Milliseconds; for ever unless told. */
  timeout?: number;
  /** The service that is meant, where the client is not one of a service. */
  name?: string;
}

/** What came with a reply. */
export interface ReplyOptions {
  type?: string;
  flags?: string;
}

export interface Match {
  path?: string;
  path_namespace?: string;
  interface?: string;
  member?: string;
  arg0?: string;
  name?: string;
}

/** An error reply (`name` is the D-Bus error's), or the end of the connection (`problem`). */
export class DBusError extends BasicError {
  constructor(error: [string, Json[]?] | Partial<Control>) {
    const [name, args] = Array.isArray(error) ? error : [null];
    const closed = Array.isArray(error) ? null : error;
    super(closed?.problem ?? null, closed ? closed.message : (args?.find((arg) => typeof arg === "string") ?? name));
    this.name = name ?? "DBusError";
  }
}

export type Signal = (path: string, iface: string, signal: string, args: any[]) => void;

/** path -> interface -> the properties that changed, null where the interface is gone */
export type Notify = Record<string, Record<string, Properties | null>>;

export type DBusEvents = {
  signal: [string, string, string, any[]];
  notify: [Notify];
  meta: [Record<string, Interface>];
  owner: [string | null];
  close: [Control];
};

/** A connection to a bus, usually to one name on it (protocol section 2.16). Values are as in the protocol's JSON. */
export class DBusClient extends Emitter<DBusEvents> {
  readonly options: DBusOptions;
  /** The unique name of the name's owner; null while there is none, undefined until it is known. */
  owner: string | null | undefined;
  unique_name: string | null = null;
  /** What watches told. */
  readonly cache = new ObjectCache();
  readonly #name: string | null;
  readonly #channel: Channel;
  readonly #calls = new Map<string, Deferred>();
  readonly #subscriptions = new Set<{ match: Match; callback: Signal }>();
  #nextCall = 0;
  #closed: Control | null = null;
  /** The name had no owner at first, and whether that is the end has not been said. */
  #unowned = false;

  constructor(name: string | null, options: DBusOptions = {}) {
    super();
    const { track: _track, ...open } = options;
    this.options = options;
    this.#name = name;
    this.#channel = channel({ ...open, payload: "dbus-json3", ...(name ? { name } : {}) });
    this.#channel.addEventListener("ready", (_event, ready) => {
      this.unique_name = ready["unique-name"] ?? null;
      this.#tellUnowned();
    });
    this.#channel.addEventListener("message", (_event, payload) => this.#message(String(payload)));
    this.#channel.addEventListener("close", (_event, closed) => this.#end(closed));
  }

  /** Neither closed nor lost. */
  get valid(): boolean {
    return this.#closed === null;
  }

  /** Resolves with ([results], what came with them); rejects with DBusError. */
  call(path: string, iface: string, method: string, args?: any[] | null, options: CallOptions = {}): Promised<[any[], ReplyOptions]> {
    return this.#ask({ flags: "i", ...options, call: [path, iface, method, args ?? []] });
  }

  /** Calls back for the signals that match, until `remove()`; `rule: false` listens to what comes in anyway. */
  subscribe(match: Match, callback: Signal | null, rule = true): { remove(): void } {
    const subscription = { match: { ...match }, callback: callback ?? (() => {}) };
    this.#subscriptions.add(subscription);
    if (rule) this.#send({ "add-match": subscription.match });
    return {
      remove: () => {
        if (this.#subscriptions.delete(subscription) && rule) this.#send({ "remove-match": subscription.match });
      },
    };
  }

  /** Has property changes told by `notify` events; resolves when the present ones were. A string is a path. */
  watch(match: string | Match): Promised & { remove(): void } {
    const rule = typeof match === "string" ? { path: match } : { ...match };
    let watched = true;
    const remove = () => {
      if (watched) this.#send({ unwatch: rule });
      watched = false;
    };
    return Object.assign(this.#ask({ watch: rule }), { remove });
  }

  /** An interface of an object; the client's name says both where they are not given. */
  proxy(iface?: string | null, path?: string | null, options?: ProxyOptions): DBusProxy {
    const name = iface ?? this.#name ?? "";
    return new DBusProxy(this, path ?? `/${(this.#name ?? name).replaceAll(".", "/")}`, name, options);
  }

  /** All objects below a path that have an interface. */
  proxies(iface?: string | null, path_namespace?: string | null, options?: ProxyOptions): DBusProxies {
    return new DBusProxies(this, iface ?? this.#name ?? "", path_namespace ?? "/", options);
  }

  /** Takes changes as if they had been watched. */
  notify(changes: Notify): void {
    this.cache.apply(changes);
    this.dispatchEvent("notify", changes);
  }

  /** Tells the bridge, and proxies, what interfaces have, for services that do not tell it themselves. */
  meta(interfaces: Record<string, Interface>, options: Record<string, unknown> = {}): void {
    if (this.#send({ ...options, meta: interfaces })) this.#explain(interfaces);
  }

  close(problem?: string | Record<string, unknown>): void {
    this.#channel.close(problem);
  }

  /** Resolves when the connection stands. */
  wait(callback?: () => void): Promised {
    return this.#channel.wait(callback);
  }

  #ask(message: Record<string, unknown>): Promised {
    const deferred = defer();
    this.#nextCall += 1;
    const id = String(this.#nextCall);
    this.#calls.set(id, deferred);
    if (!this.#send({ ...message, id })) this.#settle(id)?.reject(new DBusError(this.#closed ?? { problem: "disconnected" }));
    return deferred.promise;
  }

  #explain(interfaces: Record<string, Interface>): void {
    this.cache.explain(interfaces);
    this.dispatchEvent("meta", interfaces);
  }

  #send(message: Record<string, unknown>): boolean {
    return this.#channel.send(JSON.stringify(message));
  }

  #settle(id: string): Deferred | undefined {
    const deferred = this.#calls.get(id);
    this.#calls.delete(id);
    return deferred;
  }

  #message(text: string): void {
    const message: unknown = JSON.parse(text);
    if (!isObject(message)) return;
    const { reply, error, signal, notify, meta, owner, id, type, flags } = message as Record<string, any>;
    if (reply) this.#settle(String(id))?.resolve(reply[0] ?? [], { ...(type ? { type } : {}), ...(flags ? { flags } : {}) });
    else if (error) this.#settle(String(id))?.reject(new DBusError(error));
    else if (signal) this.#signal(signal as [string, string, string, any[]]);
    else if (notify) this.notify(notify);
    else if (meta) this.#explain(meta);
    // A page that hears of it draws itself before it knows that its calls fail, and Cockpit's network page never again.
    else if (owner === null && this.owner === undefined && !this.#channel.ready) this.#unowned = true;
    else if (owner !== undefined) this.#owned(owner);
  }

  #tellUnowned(): void {
    if (this.#unowned) this.#owned(null);
    this.#unowned = false;
  }

  #owned(owner: string | null): void {
    const earlier = this.owner;
    this.owner = owner;
    this.dispatchEvent("owner", owner);
    if (earlier && this.options.track) this.close({ problem: "disconnected" });
  }

  #signal([path, iface, name, args]: [string, string, string, any[]]): void {
    for (const { match, callback } of [...this.#subscriptions]) {
      if (matches(match, path, iface, name, args)) callback(path, iface, name, args);
    }
    this.dispatchEvent("signal", path, iface, name, args);
  }

  #end(closed: Control): void {
    this.#closed = { ...closed, problem: closed.problem ?? "disconnected" };
    for (const id of [...this.#calls.keys()]) this.#settle(id)?.reject(new DBusError(this.#closed));
    this.#tellUnowned();
    this.cache.clear();
    this.dispatchEvent("close", closed);
  }
}

function matches(match: Match, path: string, iface: string, name: string, args: any[]): boolean {
  const namespace = match.path_namespace;
  return (
    (match.path === undefined || match.path === path) &&
    (namespace === undefined || isWithin(path, namespace)) &&
    (match.interface === undefined || match.interface === iface) &&
    (match.member === undefined || match.member === name) &&
    (match.arg0 === undefined || match.arg0 === args[0])
  );
}

const shared = new Map<string, DBusClient>();

/** A client of a service. Without a name, and with no option but the bus, all get the same client. */
export function dbus(name: string | null, options: DBusOptions = {}): DBusClient {
  const others = Object.keys(options).filter((option) => option !== "bus");
  if (name || others.length > 0) return new DBusClient(name, options);
  const bus = options.bus ?? "system";
  const known = shared.get(bus);
  if (known?.valid) return known;
  const client = new DBusClient(null, { bus });
  shared.set(bus, client);
  return client;
}

/** A D-Bus variant: a value with its signature. */
export function variant(type: string, value: unknown): { t: string; v: unknown } {
  return { t: type, v: value };
}

/** Text as D-Bus values of the type `ay` have it. */
export function byte_array(text: string): string {
  return base64_encode(text);
}
