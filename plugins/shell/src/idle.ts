/* The session's idle limit (protocol section 2.4): tells the bridge that somebody is there, and follows its countdown. */
import { channel, connectionEvents, gettext as _, logout, type Channel } from "../../lib/cockpit";

/** Milliseconds between two messages that somebody is there. */
const PAUSE = 5000;

export interface IdleWiring {
  open(): Pick<Channel, "addEventListener" | "control">;
  logout(): void;
  now(): number;
}

const WIRING: IdleWiring = {
  open: () => channel({ payload: "session-control" }),
  logout: () => logout(true, _("You were logged out, because nothing had happened for a while.")),
  now: () => Date.now(),
};

/** One session's limit. A bridge that knows none leaves it without. */
export class IdleLimit {
  readonly #wiring: IdleWiring;
  readonly #listeners = new Set<() => void>();
  #channel: Pick<Channel, "addEventListener" | "control"> | null = null;
  #limited = false;
  #told = -Infinity;
  #left: number | null = null;
  /** What was left when somebody wanted to stay: lower counts were under way then, and say nothing. */
  #stayed = 0;

  constructor(wiring: IdleWiring = WIRING) {
    this.#wiring = wiring;
    this.#open();
    connectionEvents.addEventListener("reconnect", () => this.#open());
  }

  /** The seconds that are left, while the bridge counts; else null. */
  readonly getSnapshot = (): number | null => this.#left;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Somebody did something: the time begins anew, unless the end has been announced. */
  seen(): void {
    const now = this.#wiring.now();
    if (!this.#limited || this.#left !== null || now - this.#told < PAUSE) return;
    this.#told = now;
    this.#channel?.control({ command: "active" });
  }

  /** Somebody wants to stay. */
  stay(): void {
    this.#stayed = this.#left ?? 0;
    this.#channel?.control({ command: "active" });
    this.#change(null);
  }

  #open(): void {
    const opened = this.#wiring.open();
    this.#channel = opened;
    this.#limited = false;
    this.#stayed = 0;
    this.#change(null);
    opened.addEventListener("ready", (_event, ready) => {
      this.#limited = Number(ready["timeout"] ?? 0) > 0;
    });
    opened.addEventListener("control", (_event, control) => {
      if (this.#channel !== opened) return;
      if (control.command === "countdown") this.#counted(Number(control["counter"]));
      else if (control.command === "logout") this.#wiring.logout();
    });
    opened.addEventListener("close", () => {
      if (this.#channel === opened) this.#change(null);
    });
  }

  #counted(left: number): void {
    if (left < this.#stayed) return;
    this.#stayed = 0;
    this.#change(left);
  }

  #change(left: number | null): void {
    if (this.#left === left) return;
    this.#left = left;
    for (const listener of [...this.#listeners]) listener();
  }
}

/** What a person does to a page. */
const SIGNS = ["pointerdown", "pointermove", "keydown", "wheel", "touchstart"] as const;

/** Calls back when somebody does something to a page. */
export function watchForPeople(page: Window, seen: () => void): void {
  for (const sign of SIGNS) page.addEventListener(sign, seen, { capture: true, passive: true });
}
