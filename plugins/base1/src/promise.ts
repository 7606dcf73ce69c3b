// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Any = any;
type Callback = (...values: Any[]) => Any;

/**
 * A promise that can carry several values: `then`, `done`, `fail` and `always` get them all; `await` gives the first.
 * Progress is told to `progress` listeners and to the third argument of `then`. A rejection nobody listens to is dropped.
 */
export class Promised<Values extends unknown[] = Any[]> {
  #state: "pending" | "resolved" | "rejected" = "pending";
  #values: unknown[] = [];
  readonly #waiting: (() => void)[] = [];
  readonly #progress: Callback[] = [];

  constructor(start: (deferred: Settle<Values>) => void) {
    start({
      resolve: (...values) => this.#adopt(values),
      reject: (...values) => this.#settle("rejected", values),
      notify: (...values) => {
        if (this.#state === "pending") for (const listener of this.#progress) listener(...values);
      },
    });
  }

  #adopt(values: unknown[]): void {
    const [first] = values;
    if (this.#state !== "pending") return;
    if (values.length === 1 && isThenable(first)) {
      first.then(
        (...got: unknown[]) => this.#settle("resolved", got),
        (...got: unknown[]) => this.#settle("rejected", got),
      );
    } else {
      this.#settle("resolved", values);
    }
  }

  #settle(state: "resolved" | "rejected", values: unknown[]): void {
    if (this.#state !== "pending") return;
    this.#state = state;
    this.#values = values;
    for (const wake of this.#waiting.splice(0)) queueMicrotask(wake);
  }

  #whenSettled(wake: () => void): void {
    if (this.#state === "pending") this.#waiting.push(wake);
    else queueMicrotask(wake);
  }

  then<R = Values[0], F = never>(
    fulfilled?: ((...values: Values) => R | PromiseLike<R>) | null,
    rejected?: ((...reason: Any[]) => F | PromiseLike<F>) | null,
    progress?: Callback,
  ): Promised<[R | F]> {
    if (progress) this.#progress.push(progress);
    return new Promised<Any[]>((next) => {
      this.#progress.push(next.notify);
      this.#whenSettled(() => {
        const callback = (this.#state === "resolved" ? fulfilled : rejected) as Callback | null | undefined;
        if (!callback) {
          if (this.#state === "resolved") next.resolve(...this.#values);
          else next.reject(...this.#values);
          return;
        }
        try {
          next.resolve(callback(...this.#values));
        } catch (error) {
          next.reject(error);
        }
      });
    }) as Promised<[R | F]>;
  }

  catch<F = never>(rejected: (...reason: Any[]) => F | PromiseLike<F>): Promised<[Values[0] | F]> {
    return this.then(null, rejected);
  }

  finally(callback: () => void): Promised<Values> {
    const pass = this.then(
      (...values) => {
        callback();
        return values;
      },
      (...reason) => {
        callback();
        return new Promised<Any[]>(({ reject }) => reject(...reason));
      },
    );
    return new Promised<Any[]>(({ resolve, reject }) => {
      pass.then((values) => resolve(...(values as unknown[])), reject);
    }) as Any;
  }

  done(callback: (...values: Values) => void): this {
    this.then(callback);
    return this;
  }

  fail(callback: Callback): this {
    this.then(null, callback);
    return this;
  }

  always(callback: Callback): this {
    this.then(callback, callback);
    return this;
  }

  progress(callback: Callback): this {
    this.#progress.push(callback);
    return this;
  }

  /** This promise, or the target with the promise's methods added. */
  promise(): this;
  promise<T extends object>(target: T): T & this;
  promise(target?: object): object {
    if (!target) return this;
    for (const name of METHODS) Object.assign(target, { [name]: (this as Any)[name].bind(this) });
    return target;
  }

  state(): "pending" | "resolved" | "rejected" {
    return this.#state;
  }
}

const METHODS = ["then", "catch", "finally", "done", "fail", "always", "progress", "promise", "state"] as const;

export interface Settle<Values extends unknown[] = Any[]> {
  resolve(...values: Values | [PromiseLike<Any> | Promised]): void;
  reject(...reason: unknown[]): void;
  notify(...values: unknown[]): void;
}

export interface Deferred<Values extends unknown[] = Any[]> extends Settle<Values> {
  readonly promise: Promised<Values>;
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (typeof value === "object" || typeof value === "function") && value !== null && typeof (value as Any).then === "function";
}

export function defer<Values extends unknown[] = Any[]>(): Deferred<Values> {
  let settle!: Settle<Values>;
  const promise = new Promised<Values>((given) => {
    settle = given;
  });
  return { ...settle, promise };
}

/** What pages get: each method returns the deferred, and `promise` may be called as well. */
export interface PageDeferred {
  resolve(...values: Any[]): PageDeferred;
  reject(...reason: unknown[]): PageDeferred;
  notify(...values: unknown[]): PageDeferred;
  promise: Promised & Promised["promise"];
}

export function deferForPages(): PageDeferred {
  const { promise, ...settle } = defer();
  const chained = (how: (...values: Any[]) => void) => (...values: Any[]) => {
    how(...values);
    return deferred;
  };
  const deferred: PageDeferred = {
    resolve: chained(settle.resolve),
    reject: chained(settle.reject),
    notify: chained(settle.notify),
    promise: promise.promise((target?: object) => (target ? promise.promise(target) : promise)) as Any,
  };
  return deferred;
}

export function resolve(...values: Any[]): Promised {
  return new Promised((settle) => settle.resolve(...values));
}

export function reject(...reason: Any[]): Promised {
  return new Promised((settle) => settle.reject(...reason));
}

/** Resolves with the first value of each, in order; rejects as soon as one does. */
export function all(...promises: Any[]): Promised {
  const each: Any[] = promises.length === 1 && Array.isArray(promises[0]) ? promises[0] : promises;
  return new Promised((settle) => {
    const results: unknown[] = new Array(each.length).fill(undefined);
    let missing = each.length;
    if (missing === 0) settle.resolve();
    each.forEach((promise, index) => {
      resolve(promise).then((value: unknown) => {
        results[index] = value;
        missing -= 1;
        if (missing === 0) settle.resolve(...results);
      }, settle.reject);
    });
  });
}

/** One promise for a value, a thenable, or several of them. */
export function when(...promises: Any[]): Promised {
  return promises.length === 1 ? resolve(promises[0]) : all(...promises);
}
