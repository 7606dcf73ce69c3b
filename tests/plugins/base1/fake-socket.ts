/* A gateway made of two arrays: what was sent to it, and what a test lets it say. */
import { connectThrough } from "../../../plugins/base1/src/connection";
import { decodeControl, encode, encodeControl, type Message, type Payload } from "../../../plugins/base1/src/frames";
import type { Control } from "../../../plugins/base1/src/json";
import type { Socket } from "../../../plugins/base1/src/transport";

export const INIT: Control = { command: "init", version: 1, "channel-seed": "1:", host: "localhost", "csrf-token": "t" };

export class FakeSocket implements Socket {
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: Message }) => void) | null = null;
  onclose: (() => void) | null = null;
  readonly sent: Message[] = [];
  closed = false;

  send(message: Message): void {
    this.sent.push(message);
  }

  close(): void {
    this.closed = true;
  }

  says(control: Control): void {
    this.onmessage?.({ data: encodeControl(control) });
  }

  data(channel: string, payload: Payload): void {
    const message = encode(channel, payload);
    this.onmessage?.({ data: message instanceof Uint8Array ? (message.buffer as ArrayBuffer) : message });
  }

  /** The control messages that were sent, of one command where it is named. */
  controls(command?: string): Control[] {
    const all = this.sent.flatMap((message) => {
      const control = typeof message === "string" && message.startsWith("\n") ? decodeControl(message.slice(1)) : null;
      return control ? [control] : [];
    });
    return command ? all.filter((control) => control.command === command) : all;
  }

  /** The text frames of a channel. */
  texts(channel: string): string[] {
    return this.sent.flatMap((message) =>
      typeof message === "string" && message.startsWith(`${channel}\n`) ? [message.slice(channel.length + 1)] : [],
    );
  }
}

/** Makes the page's connection one to a fake gateway, which says `init` unless told not to. */
export function connected(init: Control | null = INIT): FakeSocket {
  const socket = new FakeSocket();
  connectThrough(() => {
    queueMicrotask(() => {
      socket.onopen?.();
      if (init) socket.says(init);
    });
    return socket;
  });
  return socket;
}

/** Lets everything that is already due happen. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
