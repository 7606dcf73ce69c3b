/* The superuser bridge as pages see and steer it (protocol section 3.4): `/superuser` on the bridge's own bus. */
import { connectionEvents } from "../base1/src/connection";
import { dbus } from "../base1/src/dbus";
import type { DBusProxy } from "../base1/src/dbus-proxy";

export interface Question {
  /** What is asked for, as the asking program says it. */
  prompt: string;
  /** What the program said since the last question: that a password was wrong. */
  said: string;
  echo: boolean;
}

export interface Access {
  /** "none"; "init" while one starts; "root" where the bridge has all rights itself; else its name. Null until known. */
  current: string | null;
  /** The ways there are: name and what people call it. */
  methods: readonly { name: string; label: string }[];
  question: Question | null;
}

const UNKNOWN: Access = { current: null, methods: [], question: null };

/** Follows it from its making on, over lost connections. A bridge without the object stays unknown. */
export class Superuser {
  #access = UNKNOWN;
  #proxy: DBusProxy | null = null;
  readonly #listeners = new Set<() => void>();

  constructor() {
    this.#follow();
    connectionEvents.addEventListener("reconnect", () => this.#follow());
  }

  readonly getSnapshot = (): Access => this.#access;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Starts one; rejects with what its program said. Meanwhile there may be questions to `answer`. */
  async start(name: string): Promise<void> {
    try {
      await this.#call("Start", [name], "s");
    } finally {
      this.#change({ question: null });
    }
  }

  async answer(answer: string): Promise<void> {
    this.#change({ question: null });
    await this.#call("Answer", [answer], "s");
  }

  /** Ends the one that runs, or is starting. */
  async stop(): Promise<void> {
    await this.#call("Stop", [], "");
  }

  async #call(method: string, args: unknown[], type: string): Promise<void> {
    await this.#proxy?.call(method, args, { type });
  }

  #follow(): void {
    const proxy = dbus(null, { bus: "internal" }).proxy("cockpit.Superuser", "/superuser");
    this.#proxy = proxy;
    proxy.addEventListener("changed", () => {
      if (this.#proxy === proxy && proxy.valid) this.#change(read(proxy));
    });
    proxy.addEventListener("Prompt", (_event, said: string, prompt: string, _default: string, echo: boolean, error: string) => {
      if (this.#proxy === proxy) this.#change({ question: { prompt: prompt || said, said: error, echo } });
    });
  }

  #change(part: Partial<Access>): void {
    this.#access = { ...this.#access, ...part };
    for (const listener of [...this.#listeners]) listener();
  }
}

function read(proxy: DBusProxy): Pick<Access, "current" | "methods"> {
  const labels = (proxy["Methods"] ?? {}) as Record<string, { v?: { label?: { v?: string } } }>;
  const names = (proxy["Bridges"] ?? []) as string[];
  const current: unknown = proxy["Current"];
  return {
    current: typeof current === "string" ? current : null,
    methods: names.map((name) => ({ name, label: labels[name]?.v?.label?.v ?? name })),
  };
}

/** Whether channels that ask for root's rights have them; null while that is not known or about to change. */
export function isAdministrative({ current }: Access): boolean | null {
  return current === null || current === "init" ? null : current !== "none";
}

let shared: Superuser | null = null;

/** The one of this page. */
export function superuser(): Superuser {
  shared ??= new Superuser();
  return shared;
}

/** Calls back whenever channels that are opened from now on have other rights than those before. */
export function onAccessChange(callback: () => void): () => void {
  const followed = superuser();
  let before = isAdministrative(followed.getSnapshot());
  return followed.subscribe(() => {
    const now = isAdministrative(followed.getSnapshot());
    if (now === null || now === before) return;
    const changed = before !== null;
    before = now;
    if (changed) callback();
  });
}
