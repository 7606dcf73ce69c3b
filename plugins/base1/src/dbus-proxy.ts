import { DBusError, variant, type CallOptions, type DBusClient } from "./dbus";
import { isWithin, type Interface, type Properties } from "./dbus-cache";
import { Emitter } from "./events";
import { defer, resolve, type Promised } from "./promise";

/* eslint-disable @typescript-eslint/no-explicit-any -- D-Bus values have the types of their signatures */

export interface ProxyOptions {
  /** Have the bridge tell of changes; without it somebody else's watch, or `client.notify`, does. */
  watch?: boolean;
  /** Have the bridge send the signals. */
  subscribe?: boolean;
}

export type ProxyEvents = {
  /** All properties, when some changed, for pages keep what they get here; null where the interface is gone. */
  changed: [Properties | null];
  /** Any signal: its name and arguments. One with an upper-case name is an event of that name as well. */
  signal: [string, any[]];
  [signal: string]: any[];
};

const PROPERTIES = "org.freedesktop.DBus.Properties";
const isUpper = (name: string) => name.charAt(0) !== name.charAt(0).toLowerCase();

/**
 * An interface of an object as an object: properties and methods with upper-case names are members once it is valid.
 * A property that is set is set at the service; its value here changes when the service says so.
 */
export class DBusProxy extends Emitter<ProxyEvents> {
  declare readonly client: DBusClient;
  declare readonly path: string;
  declare readonly iface: string;
  /** The values of all properties. */
  declare readonly data: Properties;
  [member: string]: any;

  #valid = false;
  readonly #loaded = defer<[DBusProxy]>();
  #defined: Interface | null = null;

  constructor(client: DBusClient, path: string, iface: string, { watch = true, subscribe = true }: ProxyOptions = {}) {
    super();
    /* For whoever enumerates it, a proxy has the members of the interface and no others. */
    Object.defineProperties(this, { client: { value: client }, path: { value: path }, iface: { value: iface }, data: { value: {} } });
    client.cache.followObject(path, iface, (properties) => this.#update(properties));
    const present = client.cache.lookup(path, iface);
    if (present) this.#update(present);
    client.subscribe({ path, interface: iface }, (_path, _iface, name, args) => this.#signal(name, args), subscribe);
    if (watch) client.watch({ path, interface: iface }).then(() => this.#settle(), (error) => this.#settle(error));
    else this.#settle();
  }

  /** The interface is there and its properties are known. */
  get valid(): boolean {
    return this.#valid;
  }

  /** Resolves when the first load is over, rejects where that found nothing; the callback comes in both cases. */
  wait(callback?: (...args: any[]) => void): Promised<[DBusProxy]> {
    if (callback) this.#loaded.promise.always(callback);
    return this.#loaded.promise;
  }

  call(method: string, args?: any[] | null, options?: CallOptions): Promised<[any[], any]> {
    return this.client.call(this.path, this.iface, method, args, options);
  }

  #settle(error?: unknown): void {
    if (this.#valid) this.#loaded.resolve(this);
    else this.#loaded.reject(error ?? new DBusError({ problem: "not-found", message: `${this.path}: no interface ${this.iface}` }));
  }

  #update(properties: Properties | null): void {
    this.#valid = properties !== null;
    if (properties) {
      Object.assign(this.data, properties);
      this.#define();
    }
    this.dispatchEvent("changed", properties);
  }

  #define(): void {
    const meta = this.client.cache.interfaces[this.iface];
    if (!meta || meta === this.#defined) return;
    this.#defined = meta;
    for (const name of Object.keys(meta.methods ?? {}).filter(isUpper)) this.#defineMethod(name);
    for (const [name, { flags, type }] of Object.entries(meta.properties ?? {})) {
      if (isUpper(name)) this.#defineProperty(name, flags?.includes("w") ? (type ?? "") : null);
    }
  }

  #defineMethod(name: string): void {
    const value = (...args: any[]) => {
      const deferred = defer();
      this.call(name, args).then((results) => deferred.resolve(...results), deferred.reject);
      return deferred.promise;
    };
    Object.defineProperty(this, name, { value, configurable: true, enumerable: false });
  }

  #defineProperty(name: string, writableType: string | null): void {
    Object.defineProperty(this, name, {
      configurable: true,
      enumerable: true,
      get: () => this.data[name],
      set: (value: unknown) => {
        if (writableType === null) throw new Error(`${this.iface}.${name} is not writable`);
        this.client
          .call(this.path, PROPERTIES, "Set", [this.iface, name, variant(writableType, value)])
          .fail((error) => console.warn(`${this.path}: ${this.iface}.${name} could not be set: ${error}`));
      },
    });
  }

  #signal(name: string, args: any[]): void {
    this.dispatchEvent("signal", name, args);
    if (isUpper(name)) this.dispatchEvent(name, ...args);
  }
}

export type ProxiesEvents = { added: [DBusProxy]; changed: [DBusProxy]; removed: [DBusProxy] };

/** The objects below a path that have an interface: path -> proxy. */
export class DBusProxies extends Emitter<ProxiesEvents> {
  declare readonly client: DBusClient;
  declare readonly iface: string;
  declare readonly path_namespace: string;
  /** Resolves when what is there was added, rejects when the client closed before; the callback comes in both cases. */
  declare readonly wait: (callback?: (...args: any[]) => void) => Promised;
  [path: string]: any;

  constructor(client: DBusClient, iface: string, namespace: string, options: ProxyOptions = {}) {
    super();
    const match = { interface: iface, path_namespace: namespace };
    client.cache.followInterface(iface, (properties, path) => this.#update(path, properties !== null));
    client.subscribe(match, null);
    const loaded: Promised = options.watch === false ? resolve() : client.watch(match);
    const wait = (callback?: (...args: any[]) => void) => {
      if (callback) loaded.always(callback);
      return loaded;
    };
    Object.defineProperties(this, {
      client: { value: client },
      iface: { value: iface },
      path_namespace: { value: namespace },
      wait: { value: wait },
    });
    for (const path of client.cache.paths(iface)) this.#update(path, true);
  }

  #update(path: string, isThere: boolean): void {
    const known = Object.hasOwn(this, path) ? (this[path] as DBusProxy) : null;
    if (isThere && isWithin(path, this.path_namespace)) this.#set(path, known);
    else if (known) {
      delete this[path];
      this.dispatchEvent("removed", known);
    }
  }

  #set(path: string, known: DBusProxy | null): void {
    const proxy = known ?? new DBusProxy(this.client, path, this.iface, { watch: false, subscribe: false });
    this[path] = proxy;
    if (!known) this.dispatchEvent("added", proxy);
    this.dispatchEvent("changed", proxy);
  }
}
