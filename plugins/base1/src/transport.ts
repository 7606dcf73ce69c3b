import { decode, decodeControl, encode, encodeControl, type Message, type Payload } from "./frames";
import type { Control } from "./json";

/** The part of a WebSocket that a transport needs. */
export interface Socket {
  binaryType?: string;
  onopen: (() => void) | null;
  onmessage: ((event: { data: Message }) => void) | null;
  onclose: (() => void) | null;
  send(message: Message): void;
  close(): void;
}

/** Where the frames of one channel go. */
export interface Receiver {
  data(payload: Payload): void;
  control(control: Control): void;
}

/** Sees every frame before it goes on; `false` keeps it from going on. `control` is set for control messages. */
export type Filter = (message: Message, channel: string, control: Control | null) => boolean | void;

const HEALTH_CHECK = 10_000;
const SILENCE_LIMIT = 30_000;

/**
 * One connection to a gateway, or to the parent frame that relays for us (protocol sections 1.3, 1.9).
 * Starts at once; `wait` tells when the other side's `init` has come. Once closed it stays closed.
 */
export class Transport {
  /** The other side's `init` message; empty until it came. */
  options: Partial<Control> = {};
  /** Why it closed; null while it has not. */
  closed: { problem: string; message?: string } | null = null;
  ready = false;

  readonly #socket: Socket;
  readonly #receivers = new Map<string, Receiver>();
  readonly #waiting: ((transport: Transport) => void)[] = [];
  readonly #incoming: Filter[];
  readonly #outgoing: Filter[];
  readonly #onclose: (reason: { problem: string; message?: string }) => void;
  #nextChannel = 0;
  #lastHeard = Date.now();
  #lastCheck = Date.now();
  #health: ReturnType<typeof setInterval> | undefined;

  constructor(
    socket: Socket,
    filters: { incoming: Filter[]; outgoing: Filter[] } = { incoming: [], outgoing: [] },
    onclose: (reason: { problem: string; message?: string }) => void = () => {},
  ) {
    this.#socket = socket;
    this.#incoming = filters.incoming;
    this.#outgoing = filters.outgoing;
    this.#onclose = onclose;
    socket.binaryType = "arraybuffer";
    socket.onopen = () => socket.send(encodeControl({ command: "init", version: 1 }));
    socket.onmessage = ({ data }) => this.receive(data);
    socket.onclose = () => this.#finish({ problem: "disconnected" });
    this.#health = setInterval(() => this.#checkHealth(), HEALTH_CHECK);
  }

  get host(): string {
    return String(this.options["host"] ?? "localhost");
  }

  /** Calls back when the transport is ready or has closed; at once where it is. */
  wait(callback: (transport: Transport) => void): void {
    if (this.ready || this.closed) callback(this);
    else this.#waiting.push(callback);
  }

  /** A new channel's id; only when ready. */
  register(receiver: Receiver): string {
    this.#nextChannel += 1;
    const id = `${this.options["channel-seed"] ?? ""}${this.#nextChannel}`;
    this.#receivers.set(id, receiver);
    return id;
  }

  forget(channel: string): void {
    this.#receivers.delete(channel);
  }

  sendData(channel: string, payload: Payload): boolean {
    return this.send(encode(channel, payload), channel, null);
  }

  sendControl(control: Control): boolean {
    return this.send(encodeControl(control), "", control);
  }

  /** Sends a frame as it is; false where the transport is closed. */
  send(message: Message, channel?: string, control?: Control | null): boolean {
    if (this.closed) return false;
    if (this.#outgoing.length > 0 && !this.#passes(this.#outgoing, message, channel, control)) return true;
    this.#socket.send(message);
    return true;
  }

  /** Takes a frame as if it had come from the other side. */
  receive(message: Message): void {
    this.#lastHeard = Date.now();
    const frame = decode(message);
    if (!frame || this.closed) return;
    const control = frame.channel === "" ? decodeControl(frame.payload) : null;
    if (frame.channel === "" && !control) return;
    if (!this.ready) {
      if (control?.command === "init") this.#init(control);
      else if (control?.command === "close" && !control.channel) this.#endedBy(control);
      else this.close({ problem: "protocol-error" });
      return;
    }
    if (!this.#passes(this.#incoming, message, control ? (control.channel ?? "") : frame.channel, control)) return;
    if (control) this.#control(control);
    else this.#receivers.get(frame.channel)?.data(frame.payload);
  }

  close(reason: { problem: string; message?: string } | string = "disconnected"): void {
    if (this.closed) return;
    this.#finish(typeof reason === "string" ? { problem: reason } : reason);
    this.#socket.close();
  }

  #passes(filters: Filter[], message: Message, channel?: string, control?: Control | null): boolean {
    if (filters.length === 0) return true;
    if (channel === undefined) {
      const frame = decode(message);
      control = frame?.channel === "" ? decodeControl(frame.payload) : null;
      channel = control?.channel ?? frame?.channel ?? "";
    }
    return filters.every((filter) => filter(message, channel, control ?? null) !== false);
  }

  #init(control: Control): void {
    if (control.problem) {
      this.close({ problem: control.problem, ...(control.message ? { message: control.message } : {}) });
    } else if (control["version"] !== 1) {
      this.close({ problem: "not-supported" });
    } else {
      this.options = control;
      this.ready = true;
      for (const callback of this.#waiting.splice(0)) callback(this);
    }
  }

  #control(control: Control): void {
    if (control.channel !== undefined) {
      this.#receivers.get(control.channel)?.control(control);
    } else if (control.command === "close") {
      this.#endedBy(control);
    } else if (control.command === "init") {
      this.options = control;
    }
  }

  #endedBy(control: Control): void {
    this.close({ problem: control.problem ?? "disconnected", ...(control.message ? { message: control.message } : {}) });
  }

  #finish(reason: { problem: string; message?: string }): void {
    if (this.closed) return;
    this.closed = reason;
    this.ready = false;
    clearInterval(this.#health);
    for (const callback of this.#waiting.splice(0)) callback(this);
    for (const [channel, receiver] of [...this.#receivers]) {
      receiver.control({ command: "close", channel, ...reason });
    }
    this.#receivers.clear();
    this.#onclose(reason);
  }

  /* A gateway pings every 5 s. A timer that comes late has slept with the machine: then the silence proves nothing. */
  #checkHealth(): void {
    const now = Date.now();
    const slept = now - this.#lastCheck > 2 * HEALTH_CHECK;
    this.#lastCheck = now;
    if (slept) this.#lastHeard = now;
    else if (now - this.#lastHeard > SILENCE_LIMIT) this.close({ problem: "timeout" });
  }
}
