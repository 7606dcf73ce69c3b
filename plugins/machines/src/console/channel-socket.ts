/** A channel to the bridge in the shape of a WebSocket: what noVNC asks for. */

import type { ChannelOptions } from "../../../lib/cockpit";

/** What is needed of a channel of bytes. */
export interface ByteChannel {
  send(data: Uint8Array): boolean;
  close(reason?: string): void;
  addEventListener(name: "ready", listener: (event: CustomEvent) => void): void;
  addEventListener(name: "message", listener: (event: CustomEvent, data: Uint8Array) => void): void;
  addEventListener(name: "close", listener: (event: CustomEvent, closed: Ended) => void): void;
}

export interface Ended {
  problem?: string | null;
  message?: string;
}

const CONNECTING = "connecting";
const OPEN = "open";
const CLOSING = "closing";
const CLOSED = "closed";

export class ChannelSocket {
  binaryType = "arraybuffer";
  readonly protocol = "";
  readyState: string = CONNECTING;
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: ArrayBuffer }) => void) | null = null;
  onclose: ((event: { code: number; reason: string }) => void) | null = null;
  onerror: ((event: unknown) => void) | null = null;
  /** How it ended. */
  ended: Ended = {};
  #channel: ByteChannel;

  constructor(open: (options: ChannelOptions) => unknown, place: Readonly<Record<string, unknown>>) {
    const channel = open({ payload: "stream", binary: true, superuser: "try", ...place }) as ByteChannel;
    this.#channel = channel;
    channel.addEventListener("ready", () => {
      if (this.readyState !== CONNECTING) return;
      this.readyState = OPEN;
      this.onopen?.();
    });
    channel.addEventListener("message", (_event, data) => {
      if (this.readyState === OPEN) this.onmessage?.({ data: data.slice().buffer as ArrayBuffer });
    });
    channel.addEventListener("close", (_event, ended) => {
      if (this.readyState !== CLOSING) this.#end(ended);
    });
  }

  send(data: ArrayBuffer | ArrayBufferView): void {
    if (this.readyState !== OPEN) return;
    const bytes = ArrayBuffer.isView(data) ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength) : new Uint8Array(data);
    // It keeps the buffer and writes the next message into it.
    this.#channel.send(bytes.slice());
  }

  close(): void {
    if (this.readyState === CLOSING || this.readyState === CLOSED) return;
    this.readyState = CLOSING;
    this.#channel.close();
    // As with a real one, the end is told after who closed it has gone on.
    queueMicrotask(() => this.#end({}));
  }

  #end(ended: Ended): void {
    if (this.readyState === CLOSED) return;
    this.readyState = CLOSED;
    this.ended = ended;
    this.onclose?.({ code: ended.problem ? 1006 : 1000, reason: ended.message ?? ended.problem ?? "" });
  }
}
