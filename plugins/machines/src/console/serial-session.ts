/** A serial console: libvirt's stream of it, which virsh brings to a pseudo-terminal. The machine is named by its UUID. */

import type { ChannelOptions } from "../../../lib/cockpit";
import { Attempts } from "./attempts";
import type { ByteChannel } from "./channel-socket";

export interface SerialPlace {
  readonly uri: string;
  readonly id: string;
  readonly alias: string;
}

export type SerialState =
  | { readonly phase: "stopped" | "connecting" | "connected" }
  /** Tried again by itself, or by who lost it. */
  | { readonly phase: "lost" }
  /** virsh refused; its words are on the screen. */
  | { readonly phase: "refused"; readonly message: string };

interface Ended {
  problem?: string | null;
  message?: string;
  "exit-status"?: number;
}

/** Milliseconds after which a console that ended had been connected. */
const STABLE = 1500;

export class SerialSession {
  #open: (options: ChannelOptions) => unknown;
  #now: () => number;
  #place: SerialPlace | null = null;
  #channel: ByteChannel | null = null;
  #state: SerialState = { phase: "stopped" };
  #listeners = new Set<() => void>();
  #attempts = new Attempts();
  #encoder = new TextEncoder();
  /** Takes the output as it comes, cut anywhere. */
  onOutput: (data: Uint8Array) => void = () => undefined;

  constructor(open: (options: ChannelOptions) => unknown, now: () => number = () => performance.now()) {
    this.#open = open;
    this.#now = now;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly getSnapshot = (): SerialState => this.#state;

  /** Connects to the console at `place` until `stop`; with `force` in place of who has it. */
  start(place: SerialPlace, force = false): void {
    this.stop();
    this.#place = place;
    this.#connect(force);
  }

  stop(): void {
    this.#attempts.stop();
    this.#leave();
    this.#change({ phase: "stopped" });
  }

  /** libvirt is away, which virsh tells the person and does not end for: nothing is tried until `start`. */
  lose(): void {
    this.#attempts.stop();
    this.#leave();
    this.#change({ phase: "lost" });
  }

  type(text: string): void {
    this.#channel?.send(this.#encoder.encode(text));
  }

  /** What a mouse report is made of: every character is one byte. */
  typeBytes(text: string): void {
    this.#channel?.send(Uint8Array.from(text, (character) => character.charCodeAt(0)));
  }

  #connect(force: boolean): void {
    if (!this.#place) return;
    this.#leave();
    this.#change({ phase: "connecting" });
    const channel = this.#open(serialOptions(this.#place, force)) as ByteChannel;
    this.#channel = channel;
    const started = this.#now();
    channel.addEventListener("message", (_event, data) => {
      if (this.#channel !== channel) return;
      this.#change({ phase: "connected" });
      this.onOutput(data);
    });
    channel.addEventListener("close", (_event, ended) => {
      if (this.#channel === channel) this.#closed(ended as Ended, this.#now() - started);
    });
  }

  #closed(ended: Ended, lasted: number): void {
    this.#channel = null;
    if (lasted > STABLE) this.#attempts.succeeded();
    const refused = ended.problem === "not-found" || ended.problem === "access-denied" || (ended["exit-status"] ?? 0) > 0;
    if (refused) {
      this.#change({ phase: "refused", message: ended.message ?? ended.problem ?? "" });
      return;
    }
    this.#change({ phase: "lost" });
    this.#attempts.schedule(() => this.#connect(false));
  }

  #leave(): void {
    const channel = this.#channel;
    this.#channel = null;
    channel?.close("terminated");
  }

  #change(state: SerialState): void {
    if (state.phase === this.#state.phase && state.phase !== "refused") return;
    this.#state = state;
    for (const listener of [...this.#listeners]) listener();
  }
}

/** The open message of a console. */
export function serialOptions({ uri, id, alias }: SerialPlace, force: boolean): ChannelOptions {
  return {
    payload: "stream",
    binary: true,
    superuser: "try",
    pty: true,
    window: { rows: 24, cols: 80 },
    environ: ["TERM=xterm-256color", "LC_ALL=C.UTF-8"],
    spawn: ["virsh", `--connect=${uri}`, "console", `--domain=${id}`, `--devname=${alias}`, ...(force ? ["--force"] : [])],
  };
}
