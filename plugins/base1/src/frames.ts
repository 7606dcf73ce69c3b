/* Frames on the wire: `<channel>\n<payload>`, the control channel's name being empty (protocol section 1.2). */
import { isObject, type Control } from "./json";

export type Payload = string | Uint8Array;
export type Message = string | Uint8Array | ArrayBuffer;

const NEWLINE = 10;
const utf8 = new TextEncoder();

export interface Frame {
  channel: string;
  payload: Payload;
}

/** The bytes of an argument; text is left alone. Arrays of numbers count as bytes. */
export function asPayload(data: Payload | ArrayBuffer | ArrayBufferView | number[]): Payload {
  if (typeof data === "string" || data instanceof Uint8Array) return data;
  if (Array.isArray(data)) return Uint8Array.from(data);
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return new Uint8Array(data);
}

export function encode(channel: string, payload: Payload): Message {
  if (typeof payload === "string") return `${channel}\n${payload}`;
  const head = utf8.encode(`${channel}\n`);
  const message = new Uint8Array(head.length + payload.length);
  message.set(head);
  message.set(payload, head.length);
  return message;
}

export function encodeControl(control: Control): string {
  return `\n${JSON.stringify(control)}`;
}

/** Takes a message apart; null where it is none. */
export function decode(message: Message): Frame | null {
  if (typeof message === "string") {
    const end = message.indexOf("\n");
    return end < 0 ? null : { channel: message.slice(0, end), payload: message.slice(end + 1) };
  }
  const bytes = asPayload(message) as Uint8Array;
  const end = bytes.indexOf(NEWLINE);
  if (end < 0) return null;
  return { channel: new TextDecoder().decode(bytes.subarray(0, end)), payload: bytes.subarray(end + 1) };
}

/** The control message in a payload; null where it is none. */
export function decodeControl(payload: Payload): Control | null {
  try {
    const text = typeof payload === "string" ? payload : new TextDecoder().decode(payload);
    const control: unknown = JSON.parse(text);
    return isObject(control) && typeof control["command"] === "string" ? (control as unknown as Control) : null;
  } catch {
    return null;
  }
}

/** Cuts what is to be sent into frames every gateway takes: at most 64 KiB each, never through a surrogate pair. */
export function* pieces(payload: Payload, size = 64 * 1024): Generator<Payload> {
  if (typeof payload !== "string") {
    for (let at = 0; at < payload.length; at += size) yield payload.subarray(at, at + size);
    return;
  }
  const characters = Math.floor(size / 4);
  for (let at = 0; at < payload.length; ) {
    let end = at + characters;
    const last = payload.charCodeAt(end - 1);
    if (end < payload.length && last >= 0xd800 && last < 0xdc00) end += 1;
    yield payload.slice(at, end);
    at = end;
  }
}

/** Joins what came in pieces. */
export function join(parts: Payload[], binary: boolean): Payload {
  if (!binary) return parts.join("");
  const chunks = parts as Uint8Array[];
  const whole = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}
