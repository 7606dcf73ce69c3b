/** The user's shell on a pseudo-terminal: a `stream` channel, started again whenever the user wants. Draws nothing itself. */

import type { ChannelOptions } from "../../lib/cockpit";

export interface Size {
  rows: number;
  cols: number;
}

export interface Account {
  home: string;
  shell: string;
}

/** What is needed of a channel of bytes. */
export interface ShellChannel {
  send(data: Uint8Array): boolean;
  control(message: { command: string; [member: string]: unknown }): boolean;
  close(reason?: string): void;
  addEventListener(name: "ready", listener: (event: CustomEvent) => void): void;
  addEventListener(name: "message", listener: (event: CustomEvent, data: Uint8Array) => void): void;
  addEventListener(name: "close", listener: (event: CustomEvent, closed: Closed) => void): void;
}

export interface Closed {
  problem?: string;
  message?: string;
  "exit-status"?: number;
  "exit-signal"?: string;
  [member: string]: unknown;
}

export interface Wiring {
  open(options: ChannelOptions): unknown;
  user(): PromiseLike<Account>;
}

/** `idle`: not started yet. `starting`: asked for. `running`: the shell is there. `ended`: it went, and how. */
export type ShellState =
  | { readonly phase: "idle" | "starting" | "running" }
  | { readonly phase: "ended"; readonly closed: Closed };

/** Shells that read the user's profile when told `-l`; any other is started as it is. */
const LOGIN_SHELLS: ReadonlySet<string> = new Set(["bash", "sh", "dash", "ash", "zsh", "fish", "ksh", "mksh", "csh", "tcsh"]);

/** Bytes typed before there is a channel that are kept for it; what is typed after them is dropped. */
const TYPED_AHEAD_MAX = 16 * 1024;

export class ShellSession {
  #wiring: Wiring;
  #channel: ShellChannel | null = null;
  #state: ShellState = { phase: "idle" };
  #size: Size = { rows: 24, cols: 80 };
  /** Counts the starts, so that what belongs to an earlier shell is told from what belongs to this one. */
  #start = 0;
  #listeners = new Set<() => void>();
  #encoder = new TextEncoder();
  #typedAhead: Uint8Array[] = [];
  /** Takes the shell's output as it comes, cut anywhere; a UTF-8 character may be cut as well. */
  onOutput: (data: Uint8Array) => void = () => undefined;

  constructor(wiring: Wiring) {
    this.#wiring = wiring;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly getSnapshot = (): ShellState => this.#state;

  /** Starts a shell in place of the one there is. */
  async start(): Promise<void> {
    const start = ++this.#start;
    this.#leave();
    this.#change({ phase: "starting" });
    try {
      const account = await this.#wiring.user();
      if (start === this.#start) this.#attach(start, account);
    } catch (error) {
      if (start === this.#start) this.#change({ phase: "ended", closed: asClosed(error) });
    }
  }

  /** Ends the shell, if there is one. */
  end(): void {
    this.#start += 1;
    this.#leave();
    this.#change({ phase: "idle" });
  }

  /** What the user typed. */
  type(text: string): void {
    this.#send(this.#encoder.encode(text));
  }

  /** What a mouse report is made of: every character is one byte. */
  typeBytes(text: string): void {
    this.#send(Uint8Array.from(text, (character) => character.charCodeAt(0)));
  }

  resize(size: Size): void {
    if (size.rows === this.#size.rows && size.cols === this.#size.cols) return;
    this.#size = size;
    this.#channel?.control({ command: "options", window: size });
  }

  #send(data: Uint8Array): void {
    if (this.#channel) {
      this.#channel.send(data);
    } else if (this.#state.phase === "starting") {
      const size = this.#typedAhead.reduce((sum, each) => sum + each.length, data.length);
      if (size <= TYPED_AHEAD_MAX) this.#typedAhead.push(data);
    }
  }

  #attach(start: number, account: Account): void {
    const size = this.#size;
    const channel = this.#wiring.open(shellOptions(account, size)) as ShellChannel;
    this.#channel = channel;
    for (const data of this.#typedAhead.splice(0)) channel.send(data);
    const current = () => start === this.#start;
    channel.addEventListener("ready", () => {
      if (!current()) return;
      this.#change({ phase: "running" });
    });
    channel.addEventListener("message", (_event, data) => current() && this.onOutput(data));
    channel.addEventListener("close", (_event, closed) => {
      if (!current()) return;
      this.#channel = null;
      this.#change({ phase: "ended", closed });
    });
  }

  #leave(): void {
    const channel = this.#channel;
    this.#channel = null;
    this.#typedAhead = [];
    channel?.close("terminated");
  }

  #change(state: ShellState): void {
    this.#state = state;
    for (const listener of [...this.#listeners]) listener();
  }
}

/** The open message of a login shell of this user. */
export function shellOptions({ home, shell }: Account, size: Size): ChannelOptions {
  const program = shell || "/bin/sh";
  const name = program.slice(program.lastIndexOf("/") + 1);
  return {
    payload: "stream",
    binary: true,
    spawn: LOGIN_SHELLS.has(name) ? [program, "-l"] : [program],
    pty: true,
    window: size,
    environ: ["TERM=xterm-256color", "COLORTERM=truecolor"],
    ...(home && { directory: home }),
  };
}

function asClosed(error: unknown): Closed {
  if (typeof error === "object" && error !== null && "problem" in error) {
    const { problem, message } = error as Closed;
    return { problem: String(problem), ...(message && { message }) };
  }
  return { problem: "internal-error", message: String(error) };
}
