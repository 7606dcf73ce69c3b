/** The kinds of event of a target: their names, and what listeners get after the event itself. */
export type EventMap = Record<string, unknown[]>;
export type Listener<Args extends unknown[]> = (event: CustomEvent, ...args: Args) => void;

type AnyListener = (event: Event, ...args: unknown[]) => void;

/**
 * What a thing that can be listened to offers. `dispatchEvent` takes an event, or a name and what goes with it;
 * listeners get (event, ...args), and so does the member `on<name>` where there is one.
 * A listener that throws does not keep the others from hearing; its error is reported as uncaught.
 */
export interface EventTargetLike<Events extends EventMap> {
  addEventListener<K extends keyof Events & string>(type: K, listener: Listener<Events[K]>): void;
  removeEventListener<K extends keyof Events & string>(type: K, listener: Listener<Events[K]>): void;
  dispatchEvent<K extends keyof Events & string>(type: K | Event, ...args: Events[K]): boolean;
}

function report(error: unknown): void {
  queueMicrotask(() => {
    throw error;
  });
}

/* One thing that goes with an event is its `detail`, several are an array of them. */
function asEvent(type: string | Event, args: unknown[]): Event {
  if (typeof type !== "string") return type;
  return new CustomEvent(type, { detail: args.length > 1 ? args : (args[0] ?? null) });
}

export class Emitter<Events extends EventMap> implements EventTargetLike<Events> {
  readonly #listeners = new Map<string, Set<AnyListener>>();

  addEventListener<K extends keyof Events & string>(type: K, listener: Listener<Events[K]>): void {
    const known = this.#listeners.get(type) ?? new Set();
    known.add(listener as unknown as AnyListener);
    this.#listeners.set(type, known);
  }

  removeEventListener<K extends keyof Events & string>(type: K, listener: Listener<Events[K]>): void {
    this.#listeners.get(type)?.delete(listener as unknown as AnyListener);
  }

  dispatchEvent<K extends keyof Events & string>(type: K | Event, ...args: Events[K]): boolean {
    const event = asEvent(type, args);
    const own = (this as unknown as Record<string, unknown>)[`on${event.type}`];
    const listeners = [...(this.#listeners.get(event.type) ?? [])];
    if (typeof own === "function") listeners.unshift(own as AnyListener);
    for (const listener of listeners) {
      try {
        listener.call(this, event, ...args);
      } catch (error) {
        report(error);
      }
    }
    return !event.defaultPrevented;
  }
}

/** Makes a plain object a target of events, without members that enumerate; returns it. */
export function eventTarget<T extends object, Events extends EventMap = EventMap>(object: T): T & EventTargetLike<Events> {
  const emitter = new Emitter<Events>();
  const dispatchEvent = <K extends keyof Events & string>(type: K | Event, ...args: Events[K]): boolean => {
    const own = (object as Record<string, unknown>)[`on${typeof type === "string" ? type : type.type}`];
    const event = asEvent(type, args);
    if (typeof own === "function") own.call(object, event, ...args);
    return emitter.dispatchEvent(event, ...args);
  };
  const methods = {
    addEventListener: emitter.addEventListener.bind(emitter),
    removeEventListener: emitter.removeEventListener.bind(emitter),
    dispatchEvent,
  };
  for (const [name, value] of Object.entries(methods)) {
    Object.defineProperty(object, name, { value, configurable: true, writable: true, enumerable: false });
  }
  return object as T & EventTargetLike<Events>;
}
