import { connection } from "./connection";
import { Emitter } from "./events";
import { asPayload, type Payload } from "./frames";
import type { Control } from "./json";
import { Promised } from "./promise";
import type { Transport } from "./transport";

export interface ChannelOptions {
  payload: string;
  /** Frames carry bytes; `true` and "raw" are the same. */
  binary?: boolean | "raw";
  host?: string;
  superuser?: "try" | "require" | null;
  group?: string;
  [option: string]: unknown;
}

export type ChannelEvents = {
  ready: [Control];
  /** A frame: text, or bytes of a binary channel. */
  message: [Payload];
  /** A control message of this channel other than ready, ping and close. */
  control: [Control];
  /** The end, once: `problem` where it did not end well. */
  close: [Control];
};

/**
 * A channel to the bridge (protocol section 1.7). Opens when the connection is ready; what is sent before that goes
 * after it. Flow control is on: the bridge's pings are answered when the frames before them were delivered.
 */
export class Channel extends Emitter<ChannelEvents> {
  readonly options: ChannelOptions;
  readonly binary: boolean;
  /** The name on the wire; null until the connection is ready. */
  id: string | null = null;
  /** Open, or about to be. */
  valid = true;
  /** Its `ready` message has come. */
  ready = false;

  #transport: Transport | null = null;
  #unsent: (() => void)[] = [];
  #ready: Control | null = null;
  #closed: Control | null = null;

  constructor(options: ChannelOptions) {
    super();
    this.options = { ...options };
    this.binary = options.binary === true || options.binary === "raw";
    connection().wait((transport) => this.#open(transport));
  }

  #open(transport: Transport): void {
    if (!this.valid) return;
    if (transport.closed) {
      const { closed } = transport;
      queueMicrotask(() => this.#end({ command: "close", ...closed }));
      return;
    }
    this.#transport = transport;
    this.id = transport.register({ data: (payload) => this.#receive(payload), control: (control) => this.#control(control) });
    const { binary: _binary, ...options } = this.options;
    transport.sendControl({
      host: transport.host,
      ...options,
      command: "open",
      channel: this.id,
      "flow-control": true,
      ...(this.binary ? { binary: "raw" } : {}),
    });
    for (const send of this.#unsent.splice(0)) send();
  }

  /** Sends one frame; false where the channel is closed. */
  send(data: Payload | ArrayBuffer | ArrayBufferView | number[]): boolean {
    const payload = asPayload(data);
    return this.#send((transport, id) => transport.sendData(id, payload));
  }

  /** Sends a control message for this channel: `{command: "done"}`, `{command: "options", …}`. */
  control(message: { command: string; [member: string]: unknown }): boolean {
    return this.#send((transport, id) => transport.sendControl({ ...message, channel: id }));
  }

  #send(how: (transport: Transport, id: string) => void): boolean {
    if (!this.valid) return false;
    const send = () => {
      if (this.#transport && this.id !== null) how(this.#transport, this.id);
    };
    if (this.#transport) send();
    else this.#unsent.push(send);
    return true;
  }

  /** Closes; the `close` event comes before this returns. */
  close(reason: string | Record<string, unknown> = {}): void {
    if (!this.valid) return;
    const message = { ...(typeof reason === "string" ? { problem: reason } : reason), command: "close" };
    if (this.#transport && this.id !== null) this.#transport.sendControl({ ...message, channel: this.id });
    this.#end(message);
  }

  /** Resolves with the `ready` message; rejects with the `close` message where that comes first. */
  wait(callback?: (ready: Control) => void): Promised<[Control]> {
    const promise = new Promised<[Control]>(({ resolve, reject }) => {
      if (this.#ready) resolve(this.#ready);
      else if (this.#closed) reject(this.#closed);
      this.addEventListener("ready", (_event, ready) => resolve(ready));
      this.addEventListener("close", (_event, closed) => reject(closed));
    });
    if (callback) promise.then(callback, callback);
    return promise;
  }

  #receive(payload: Payload): void {
    if (!this.valid || payload.length === 0) return;
    const wanted = this.binary && typeof payload === "string" ? new TextEncoder().encode(payload) : payload;
    this.dispatchEvent("message", wanted);
  }

  #control(control: Control): void {
    switch (control.command) {
      case "ping":
        if (this.valid) this.#transport?.sendControl({ ...control, command: "pong" });
        break;
      case "close":
        this.#end(control);
        break;
      case "ready":
        this.#ready = control;
        this.ready = true;
        if (this.valid) this.dispatchEvent("ready", control);
        break;
      default:
        if (this.valid) this.dispatchEvent("control", control);
    }
  }

  #end(control: Control): void {
    if (!this.valid) return;
    this.valid = false;
    this.#closed = control;
    this.#unsent = [];
    if (this.id !== null) this.#transport?.forget(this.id);
    this.dispatchEvent("close", control);
  }

  override toString(): string {
    return `[channel ${this.id ?? "unopened"} ${this.options.payload}]`;
  }
}

export function channel(options: ChannelOptions): Channel {
  return new Channel(options);
}
