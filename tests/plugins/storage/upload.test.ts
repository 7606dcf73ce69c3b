import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type UploadChannel, UploadError, type UploadMessage, upload } from "../../../plugins/storage/src/upload";

const MIB = 2 ** 20;
const WINDOW = 2 * MIB;

/** A back end that takes what it is told to take. */
class Taker implements UploadChannel {
  received: number[] = [];
  done = false;
  closedWith: string | undefined;
  #listeners = new Map<string, (event: unknown, message: UploadMessage) => void>();

  send(data: Uint8Array): boolean {
    this.received.push(data.length);
    return true;
  }
  control({ command }: { command: string }): boolean {
    this.done ||= command === "done";
    return true;
  }
  close(problem?: string): void {
    this.closedWith = problem;
    this.tell("close", { problem });
  }
  addEventListener(name: string, listener: (event: unknown, message: UploadMessage) => void): void {
    this.#listeners.set(name, listener);
  }
  tell(name: string, message: UploadMessage = {}): void {
    this.#listeners.get(name)?.({}, message);
  }
  get sent(): number {
    return this.received.reduce((sum, each) => sum + each, 0);
  }
  async quiet(): Promise<void> {
    for (let before = -1; before !== this.sent; ) {
      before = this.sent;
      for (let turn = 0; turn < 20; turn += 1) await new Promise((resume) => setImmediate(resume));
    }
  }
}

describe("upload", () => {
  test("no more than a window is on the way, and the end is told once all is sent", async () => {
    const taker = new Taker();
    const told: number[] = [];
    const ended = upload(taker, new Blob([new Uint8Array(5 * MIB + 1)]), (bytes) => told.push(bytes), new AbortController().signal);
    await taker.quiet();
    assert.equal(taker.sent, 0, "it waits until the back end is ready");
    taker.tell("ready");
    await taker.quiet();
    assert.equal(taker.sent, WINDOW);
    for (let taken = 0; taken < 5 * MIB + 1; ) {
      const bytes = Math.min(MIB, 5 * MIB + 1 - taken);
      taker.tell("control", { command: "ack", bytes });
      taken += bytes;
      await taker.quiet();
      assert.ok(taker.sent <= taken + WINDOW);
    }
    assert.equal(told[0], MIB);
    assert.equal(told.at(-1), 5 * MIB + 1);
    assert.equal(taker.sent, 5 * MIB + 1);
    assert.equal(taker.done, true);
    taker.tell("close");
    await ended;
  });

  test("what was taken is told where it is cancelled or fails", async () => {
    const taker = new Taker();
    const abort = new AbortController();
    const ended = upload(taker, new Blob([new Uint8Array(4 * MIB)]), () => undefined, abort.signal);
    taker.tell("ready");
    taker.tell("control", { command: "ack", bytes: 7 });
    abort.abort();
    await assert.rejects(ended, (error: unknown) => error instanceof UploadError && error.cancelled && error.taken === 7);
    assert.equal(taker.closedWith, "cancelled");
    const sent = taker.sent;
    await taker.quiet();
    assert.ok(taker.sent - sent <= WINDOW);

    const full = new Taker();
    const failed = upload(full, new Blob(["x"]), () => undefined, new AbortController().signal);
    full.tell("close", { problem: "internal-error", message: "no space left" });
    await assert.rejects(failed, (error: unknown) => error instanceof UploadError && !error.cancelled && error.message === "no space left");
  });
});
