import { channel, type Channel } from "./channel";
import { Emitter } from "./events";
import { isObject, type Control, type Json, type JsonObject } from "./json";
import { BasicError } from "./problem";
import { defer, type Deferred, type Promised } from "./promise";

/* eslint-disable @typescript-eslint/no-explicit-any -- D-Bus values have the types of their signatures */

export interface DBusOptions {
  bus?: "system" | "session" | "internal" | "none";
  address?: string;
  host?: string;
  superuser?: "try" | "require" | null;
  [option: string]: unknown;
}

export interface CallOptions {
  /** The signature of the arguments; without it the bridge asks the service. */
  type?: string;
  flags?: string;
  /** Milliseconds. */
  timeout?: number;
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

export type DBusEvents = {
  signal: [string, string, string, any[]];
  notify: [JsonObject];
  meta: [JsonObject];
  owner: [string | null];
  close: [Control];
};

/** A connection to a bus, usually to one name on it (protocol section 2.16). Values are as in the protocol's JSON. */
export class DBusClient extends Emitter<DBusEvents> {
  readonly options: DBusOptions;
  /** The unique name of the name's owner; null while there is none, undefined until it is known. */
  owner: string | null | undefined;
  unique_name: string | null = null;
  readonly #channel: Channel;
  readonly #calls = new Map<string, Deferred>();
  readonly #subscriptions = new Map<Signal, Match>();
  #nextCall = 0;

  constructor(name: string | null, options: DBusOptions = {}) {
    super();
    this.options = options;
    this.#channel = channel({ ...options, payload: "dbus-json3", ...(name ? { name } : {}) });
    this.#channel.addEventListener("ready", (_event, ready) => {
      this.unique_name = ready["unique-name"] ?? null;
    });
    this.#channel.addEventListener("message", (_event, payload) => this.#message(String(payload)));
    this.#channel.addEventListener("close", (_event, closed) => this.#closed(closed));
  }

  /** Resolves with ([results], signature); rejects with DBusError. */
  call(path: string, iface: string, method: string, args?: any[] | null, options: CallOptions = {}): Promised<[any[], any]> {
    const deferred = defer<[any[], any]>();
    const { type, flags, timeout } = options;
    this.#nextCall += 1;
    const id = String(this.#nextCall);
    this.#calls.set(id, deferred);
    const sent = this.#send({
      call: [path, iface, method, args ?? []],
      id,
      ...(type === undefined ? {} : { type }),
      ...(flags === undefined ? {} : { flags }),
      ...(timeout === undefined ? {} : { timeout }),
    });
    if (!sent) this.#settle(id)?.reject(new DBusError({ problem: "disconnected" }));
    return deferred.promise;
  }

  /** Calls back for the signals that match, until `remove()`; `rule: false` listens to what comes in anyway. */
  subscribe(match: Match, callback: Signal, rule = true): { remove(): void } {
    this.#subscriptions.set(callback, match);
    if (rule) this.#send({ "add-match": { ...match } });
    return {
      remove: () => {
        if (this.#subscriptions.delete(callback) && rule) this.#send({ "remove-match": { ...match } });
      },
    };
  }

  /** Has property changes told by `notify` events; resolves when the present ones were. A string is a path. */
  watch(match: string | Match): Promised & { remove(): void } {
    const rule = typeof match === "string" ? { path: match } : { ...match };
    const deferred = defer();
    this.#nextCall += 1;
    const id = String(this.#nextCall);
    this.#calls.set(id, deferred);
    if (!this.#send({ watch: rule, id })) this.#settle(id)?.reject(new DBusError({ problem: "disconnected" }));
    return Object.assign(deferred.promise, { remove: () => void this.#send({ unwatch: rule }) });
  }

  close(problem?: string | Record<string, unknown>): void {
    this.#channel.close(problem);
  }

  /** Resolves when the connection stands. */
  wait(callback?: () => void): Promised {
    return this.#channel.wait(callback);
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
    const { reply, error, signal, notify, meta, owner, id, type } = message as Record<string, any>;
    if (reply) this.#settle(String(id))?.resolve(reply[0] ?? [], type);
    else if (error) this.#settle(String(id))?.reject(new DBusError(error));
    else if (signal) this.#signal(signal as [string, string, string, any[]]);
    else if (notify) this.dispatchEvent("notify", notify);
    else if (meta) this.dispatchEvent("meta", meta);
    else if (owner !== undefined) {
      this.owner = owner;
      this.dispatchEvent("owner", owner);
    }
  }

  #signal([path, iface, name, args]: [string, string, string, any[]]): void {
    for (const [callback, match] of [...this.#subscriptions]) {
      if (matches(match, path, iface, name, args)) callback(path, iface, name, args);
    }
    this.dispatchEvent("signal", path, iface, name, args);
  }

  #closed(closed: Control): void {
    for (const id of [...this.#calls.keys()]) {
      this.#settle(id)?.reject(new DBusError({ ...closed, problem: closed.problem ?? "disconnected" }));
    }
    this.dispatchEvent("close", closed);
  }
}

function matches(match: Match, path: string, iface: string, name: string, args: any[]): boolean {
  const namespace = match.path_namespace;
  return (
    (match.path === undefined || match.path === path) &&
    (namespace === undefined || namespace === "/" || path === namespace || path.startsWith(`${namespace}/`)) &&
    (match.interface === undefined || match.interface === iface) &&
    (match.member === undefined || match.member === name) &&
    (match.arg0 === undefined || match.arg0 === args[0])
  );
}

export function dbus(name: string | null, options?: DBusOptions): DBusClient {
  return new DBusClient(name, options);
}

/** A D-Bus variant: a value with its signature. */
export function variant(type: string, value: unknown): { t: string; v: unknown } {
  return { t: type, v: value };
}
