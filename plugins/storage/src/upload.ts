/** A file of the browser's computer, written into a volume piece by piece: never more than a window of it is on the way. */

/** Bytes of a frame: the gateway takes no websocket message that is much longer. */
const PIECE = 64 * 1024;
/** Bytes that may be sent before the back end has taken them. */
const WINDOW = 2 * 1024 * 1024;
/** Bytes of the file that are read at a time. */
const READ = 1024 * 1024;
/** Milliseconds between two tellings how far it is: drawing that costs more than sending. */
const TOLD = 100;

/** What is needed of a Cockpit channel (binary, with `send-acks`). */
export interface UploadChannel {
  send(data: Uint8Array<ArrayBuffer>): boolean;
  control(message: { command: string }): boolean;
  close(problem?: string): void;
  addEventListener(name: "ready" | "control" | "close", listener: (event: unknown, message: UploadMessage) => void): void;
}

export interface UploadMessage {
  command?: string;
  bytes?: unknown;
  problem?: unknown;
  message?: unknown;
}

/** It did not come to its end. */
export class UploadError extends Error {
  constructor(
    message: string,
    /** Bytes that the back end had taken by then; 0 where it refused to begin. */
    readonly taken: number,
    readonly cancelled: boolean,
  ) {
    super(message);
  }
}

/** Resolves when all of it is in the volume; rejects with an UploadError. `signal` cancels. */
export function upload(channel: UploadChannel, file: Blob, onTaken: (bytes: number) => void, signal: AbortSignal): Promise<void> {
  let taken = 0;
  let told = -Infinity;
  let closed = false;
  let wake: () => void = () => undefined;
  return new Promise((resolve, reject) => {
    channel.addEventListener("ready", () => {
      pump().catch((error: unknown) => {
        closed = true;
        channel.close("terminated");
        reject(new UploadError(error instanceof Error ? error.message : String(error), taken, false));
      });
    });
    channel.addEventListener("control", (_event, { command, bytes }) => {
      if (command !== "ack" || typeof bytes !== "number") return;
      taken += bytes;
      if (Date.now() - told >= TOLD || taken === file.size) {
        told = Date.now();
        onTaken(taken);
      }
      wake();
    });
    channel.addEventListener("close", (_event, { problem, message }) => {
      closed = true;
      wake();
      if (problem) reject(new UploadError(String(message || problem), taken, signal.aborted));
      else resolve();
    });
    signal.addEventListener("abort", () => channel.close("cancelled"));
    if (signal.aborted) channel.close("cancelled");
  });

  async function pump(): Promise<void> {
    for (let offset = 0; offset < file.size && !closed; offset += READ) {
      const part = new Uint8Array(await file.slice(offset, offset + READ).arrayBuffer());
      for (let at = 0; at < part.length; at += PIECE) {
        while (!closed && offset + at - taken >= WINDOW) await new Promise<void>((resume) => (wake = resume));
        if (closed) return;
        channel.send(part.slice(at, at + PIECE));
      }
    }
    channel.control({ command: "done" });
  }
}
