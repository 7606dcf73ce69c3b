import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { JsonObject } from "../../../plugins/lib/merge";
import { type ChannelOptions, Connection, type RpcChannel } from "../../../plugins/lib/rpc-connection";
import { RpcError } from "../../../plugins/lib/rpc-error";

type State = { things: Record<string, { name: string }> };

class FakeChannel implements RpcChannel {
  sent: JsonObject[] = [];
  closedWith: string | undefined | null = null;
  #listeners: Record<string, ((event: unknown, value: never) => void)[]> = {};

  constructor(readonly options: JsonObject) {}

  send(message: string): void {
    assert.equal(this.closedWith, null, "sent on a closed channel");
    this.sent.push(JSON.parse(message) as JsonObject);
  }

  close(problem?: string): void {
    this.closedWith = problem;
  }

  addEventListener(name: string, listener: (event: unknown, value: never) => void): void {
    (this.#listeners[name] ??= []).push(listener);
  }

  happens(name: "ready" | "close", options?: ChannelOptions): void;
  happens(name: "message", text: string): void;
  happens(name: string, value: unknown = {}): void {
    for (const listener of this.#listeners[name] ?? []) listener({}, value as never);
  }

  says(frame: JsonObject): void {
    this.happens("message", JSON.stringify({ jsonrpc: "2.0", ...frame }));
  }

  publishes(patch: JsonObject, complete?: true): void {
    this.says({ method: "state", params: { patch, ...(complete && { complete }) } });
  }
}

/** A connection, the channels it opened, and the clock that it waits for. */
function setUp() {
  const channels: FakeChannel[] = [];
  const pauses: { run: () => void; milliseconds: number; off: boolean }[] = [];
  const connection = new Connection<State, Record<string, number[]>>("libvirt1", { uri: "test:///" }, {
    open: (options) => {
      const channel = new FakeChannel(options);
      channels.push(channel);
      return channel;
    },
    later: (run, milliseconds) => {
      const pause = { run, milliseconds, off: false };
      pauses.push(pause);
      return () => {
        pause.off = true;
      };
    },
    random: () => 0,
  });
  const pass = () => {
    const pause = pauses.at(-1);
    assert.ok(pause && !pause.off, "nothing is waited for");
    pause.run();
    return pause.milliseconds;
  };
  return { connection, channels, pass, pauses, channel: (index: number) => channels[index] as FakeChannel };
}

const rejection = (promise: Promise<unknown>) =>
  promise.then(
    () => assert.fail("it should have failed"),
    (error: unknown) => error as RpcError,
  );

describe("calls", () => {
  test("open says payload and options; requests are JSON-RPC 2.0", () => {
    const { connection, channel } = setUp();
    assert.deepEqual(channel(0).options, { payload: "libvirt1", uri: "test:///" });
    void connection.call("domain_start", { key: "k" });
    assert.deepEqual(channel(0).sent, [{ jsonrpc: "2.0", id: 1, method: "domain_start", params: { key: "k" } }]);
  });

  test("replies find their calls, in any order", async () => {
    const { connection, channel } = setUp();
    const [first, second] = [connection.call("one"), connection.call("two")];
    channel(0).says({ id: 2, result: "second" });
    channel(0).says({ id: 1, result: null });
    assert.equal(await second, "second");
    assert.equal(await first, null);
  });

  test("an error is the back end's problem and sentence", async () => {
    const { connection, channel } = setUp();
    const call = connection.call("domain_start");
    const data = { problem: "not-found", code: 42 };
    channel(0).says({ id: 1, error: { code: -32000, message: "No domain with this key", data } });
    const error = await rejection(call);
    assert.ok(error instanceof RpcError);
    assert.equal(error.problem, "not-found");
    assert.equal(error.message, "No domain with this key");
    assert.deepEqual(error.extra, { code: 42 });
  });

  test("an error without a problem is an internal one", async () => {
    const { connection, channel } = setUp();
    const call = connection.call("nonsense");
    channel(0).says({ id: 1, error: { code: -32601, message: "Method not found" } });
    assert.equal((await rejection(call)).problem, "internal-error");
  });

  test("the close of the channel rejects what is pending, once, with its problem", async () => {
    const { connection, channel } = setUp();
    const call = connection.call("slow");
    channel(0).happens("close", { problem: "terminated", message: "The back end was killed" });
    channel(0).says({ id: 1, result: "too late" });
    const error = await rejection(call);
    assert.equal(error.problem, "terminated");
    assert.equal(error.message, "The back end was killed");
  });

  test("a second reply and one that nobody asked for are ignored", async () => {
    const { connection, channel } = setUp();
    const call = connection.call("one");
    channel(0).says({ id: 1, result: "first" });
    channel(0).says({ id: 1, error: { code: 1, message: "second" } });
    channel(0).says({ id: 99, result: "whose?" });
    assert.equal(await call, "first");
  });

  test("while it is closed a call fails at once", async () => {
    const { connection, channel } = setUp();
    channel(0).happens("close", { problem: "disconnected" });
    assert.equal((await rejection(connection.call("one"))).problem, "disconnected");
  });

  test("progress goes to its call alone", async () => {
    const { connection, channel } = setUp();
    const seen: unknown[] = [];
    const call = connection.call("clone", {}, { onProgress: (progress) => seen.push(progress) });
    channel(0).says({ method: "progress", params: { id: 1, done: 1, total: 2, text: "disk" } });
    channel(0).says({ method: "progress", params: { id: 7, done: 1, total: 2, text: "other" } });
    channel(0).says({ id: 1, result: null });
    await call;
    channel(0).says({ method: "progress", params: { id: 1, done: 2, total: 2, text: "late" } });
    assert.deepEqual(seen, [{ done: 1, total: 2, text: "disk" }]);
  });

  test("the items of a stream go to its call, in order, before its reply", async () => {
    const { connection, channel } = setUp();
    const seen: unknown[] = [];
    const call = connection.call("lines", {}, { onItem: (item) => seen.push(item) });
    for (const value of ["a", null, "b"]) channel(0).says({ method: "item", params: { id: 1, value } });
    channel(0).says({ method: "item", params: { id: 7, value: "other" } });
    channel(0).says({ id: 1, result: null });
    await call;
    channel(0).says({ method: "item", params: { id: 1, value: "late" } });
    assert.deepEqual(seen, ["a", null, "b"]);
  });

  test("what the back end said last is kept with the reason, until it is open again", () => {
    const { connection, channel, pauses } = setUp();
    channel(0).happens("close", { problem: "terminated", message: "It ended.", stderr: "one\ntwo" });
    assert.equal(connection.status.stderr, "one\ntwo");
    pauses[0]?.run();
    assert.equal(connection.status.stderr, "one\ntwo");
    channel(1).happens("ready");
    assert.deepEqual(connection.status, { phase: "open" });
    channel(1).happens("close", { problem: "terminated", stderr: 5 });
    assert.equal("stderr" in connection.status, false);
  });

  test("an abort asks the back end, whose reply ends the call", async () => {
    const { connection, channel } = setUp();
    const abort = new AbortController();
    const call = connection.call("clone", {}, { signal: abort.signal });
    abort.abort();
    assert.deepEqual(channel(0).sent[1], { jsonrpc: "2.0", method: "cancel", params: { id: 1 } });
    channel(0).says({ id: 1, error: { code: -32000, message: "Cancelled", data: { problem: "cancelled" } } });
    assert.equal((await rejection(call)).problem, "cancelled");
  });

  test("an abort before the call sends nothing, one after the reply neither", async () => {
    const { connection, channel } = setUp();
    assert.equal((await rejection(connection.call("one", {}, { signal: AbortSignal.abort() }))).problem, "cancelled");
    const abort = new AbortController();
    const call = connection.call("two", {}, { signal: abort.signal });
    channel(0).says({ id: 1, result: 1 });
    await call;
    abort.abort();
    assert.equal(channel(0).sent.length, 1);
  });
});

describe("state", () => {
  test("the first load shows as it comes, and is complete at the end", () => {
    const { connection, channel } = setUp();
    channel(0).publishes({ things: { a: { name: "A" } } });
    assert.deepEqual(connection.state, { things: { a: { name: "A" } } });
    assert.equal(connection.loaded, false);
    channel(0).publishes({ things: { b: { name: "B" } } }, true);
    assert.deepEqual(connection.state, { things: { a: { name: "A" }, b: { name: "B" } } });
    assert.equal(connection.loaded, true);
  });

  test("a snapshot is a new object exactly when something changed", () => {
    const { connection, channel } = setUp();
    let told = 0;
    connection.subscribe(() => (told += 1));
    channel(0).happens("ready");
    channel(0).publishes({ things: { a: { name: "A" }, b: { name: "B" } } }, true);
    const before = connection.getSnapshot();
    const toldBefore = told;
    channel(0).publishes({ things: { a: { name: "A" } } });
    assert.equal(connection.getSnapshot(), before);
    assert.equal(told, toldBefore);
    channel(0).publishes({ things: { a: { name: "Z" } } });
    assert.notEqual(connection.getSnapshot(), before);
    assert.equal(connection.state.things?.["b"], before.state.things?.["b"]);
    assert.equal(told, toldBefore + 1);
  });

  test("who unsubscribed is not called", () => {
    const { connection, channel } = setUp();
    const end = connection.subscribe(() => assert.fail("called"));
    end();
    channel(0).publishes({ things: {} }, true);
  });

  test("samples pass through and leave no trace in the state", () => {
    const { connection, channel } = setUp();
    const rows: unknown[] = [];
    const before = connection.getSnapshot();
    const end = connection.onSample((each) => rows.push(each));
    channel(0).happens("ready");
    channel(0).says({ method: "sample", params: { rows: { a: [12, 1024] } } });
    end();
    channel(0).says({ method: "sample", params: { rows: { a: [13, 1024] } } });
    assert.deepEqual(rows, [{ a: [12, 1024] }]);
    assert.equal(connection.getSnapshot().state, before.state);
  });

  test("a frame that is not a JSON object ends the channel", () => {
    for (const text of ["nonsense", "[]", "null", "1", ""]) {
      const { connection, channel } = setUp();
      channel(0).happens("message", text);
      assert.equal(channel(0).closedWith, "protocol-error");
      assert.equal(connection.status.phase, "closed");
      assert.equal(connection.status.problem, "protocol-error");
    }
  });
});

describe("opening again", () => {
  test("the state stays; what the next load does not name vanishes when it is complete; what is equal keeps its identity", () => {
    const { connection, channel, pass } = setUp();
    channel(0).publishes({ things: { a: { name: "A" }, b: { name: "B" }, c: { name: "C" } } }, true);
    const a = connection.state.things?.["a"];
    channel(0).happens("close", { problem: "terminated" });
    assert.equal(connection.status.phase, "waiting");
    assert.equal(connection.state.things?.["a"], a);
    pass();
    assert.equal(connection.status.phase, "opening");
    assert.equal(connection.status.problem, "terminated");
    channel(1).happens("ready");
    assert.deepEqual(connection.status, { phase: "open" });
    channel(1).publishes({ things: { a: { name: "A" } } });
    channel(1).publishes({ things: { b: { name: "new" } } });
    assert.deepEqual(Object.keys(connection.state.things ?? {}), ["a", "b", "c"]);
    assert.equal(connection.state.things?.["b"]?.name, "new");
    channel(1).publishes({}, true);
    assert.deepEqual(connection.state, { things: { a: { name: "A" }, b: { name: "new" } } });
    assert.equal(connection.state.things?.["a"], a);
  });

  test("a first load that broke off leaves nothing behind", () => {
    const { connection, channel, pass } = setUp();
    channel(0).publishes({ things: { a: { name: "A" } } });
    channel(0).happens("close", { problem: "terminated" });
    pass();
    channel(1).publishes({ things: { b: { name: "B" } } }, true);
    assert.deepEqual(connection.state, { things: { b: { name: "B" } } });
  });

  test("a reload that broke off counts for nothing in the next", () => {
    const { connection, channel, pass } = setUp();
    channel(0).publishes({ things: { a: { name: "A" } } }, true);
    channel(0).happens("close");
    pass();
    channel(1).publishes({ things: { b: { name: "B" } } });
    channel(1).happens("close");
    pass();
    channel(2).publishes({ things: { c: { name: "C" } } }, true);
    assert.deepEqual(connection.state, { things: { c: { name: "C" } } });
  });

  test("pauses double up to a limit, and a complete load makes them short again", () => {
    const { channels, channel, pass } = setUp();
    const pauses: number[] = [];
    for (let round = 0; round < 7; round += 1) {
      (channels.at(-1) as FakeChannel).happens("close", { problem: "terminated" });
      pauses.push(pass());
    }
    assert.deepEqual(pauses, [1000, 2000, 4000, 8000, 16000, 30000, 30000]);
    channel(7).publishes({ things: {} }, true);
    channel(7).happens("close", { problem: "terminated" });
    assert.equal(pass(), 1000);
  });

  test("what opening again cannot mend waits for retry", () => {
    for (const problem of ["not-supported", "access-denied", "protocol-error", "no-session"]) {
      const { connection, channel, channels, pauses } = setUp();
      channel(0).happens("close", { problem });
      assert.equal(connection.status.phase, "closed");
      assert.equal(connection.status.problem, problem);
      assert.ok(connection.status.message);
      assert.equal(pauses.length, 0);
      connection.retry();
      connection.retry();
      assert.equal(channels.length, 2);
    }
  });

  test("retry while waiting opens once", () => {
    const { connection, channel, channels, pauses } = setUp();
    channel(0).happens("close", { problem: "terminated" });
    connection.retry();
    assert.equal(channels.length, 2);
    assert.ok(pauses[0]?.off);
  });

  test("what an old channel still says is not heard", () => {
    const { connection, channel, pass } = setUp();
    channel(0).happens("close", { problem: "terminated" });
    pass();
    channel(0).publishes({ things: { ghost: { name: "G" } } }, true);
    channel(0).happens("close", { problem: "terminated" });
    assert.deepEqual(connection.state, {});
    assert.equal(connection.status.phase, "opening");
  });

  test("close is for good: calls are cancelled, nothing opens", async () => {
    const { connection, channel, channels, pauses } = setUp();
    const call = connection.call("slow");
    connection.close();
    assert.equal((await rejection(call)).problem, "cancelled");
    assert.equal(channel(0).closedWith, undefined);
    connection.retry();
    assert.equal(channels.length, 1);
    assert.equal(pauses.length, 0);
  });
});
