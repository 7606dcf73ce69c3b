import assert from "node:assert/strict";
import { test } from "node:test";
import { channel } from "../../../plugins/base1/src/channel";
import { connection } from "../../../plugins/base1/src/connection";
import { connected, INIT, settled } from "./fake-socket";

async function opened(options: Parameters<typeof channel>[0]) {
  const socket = connected();
  const opening = channel(options);
  await settled();
  return { socket, channel: opening, end: () => connection().close() };
}

test("open carries the options, the host and flow control; what was sent before follows in order", async () => {
  const socket = connected(null);
  const echo = channel({ payload: "echo", extra: 1 });
  echo.send("first");
  echo.control({ command: "done" });
  await settled();
  assert.deepEqual(socket.controls("open"), []);
  assert.equal(echo.id, null);
  socket.says(INIT);
  assert.equal(echo.id, "1:1");
  assert.deepEqual(socket.controls("open"), [
    { command: "open", channel: "1:1", payload: "echo", host: "localhost", extra: 1, "flow-control": true },
  ]);
  assert.deepEqual(socket.sent.slice(2), ["1:1\nfirst", '\n{"command":"done","channel":"1:1"}']);
  connection().close();
});

test("messages, ready, control and close are events", async () => {
  const { socket, channel: echo, end } = await opened({ payload: "echo" });
  const heard: unknown[] = [];
  for (const name of ["ready", "message", "control", "close"] as const) {
    echo.addEventListener(name, (_event, what) => heard.push([name, typeof what === "string" ? what : what]));
  }
  socket.says({ command: "ready", channel: "1:1" });
  socket.data("1:1", "hello");
  socket.data("1:1", "");
  socket.says({ command: "done", channel: "1:1" });
  socket.says({ command: "close", channel: "1:1", problem: "terminated" });
  socket.data("1:1", "late");
  assert.deepEqual(heard, [
    ["ready", { command: "ready", channel: "1:1" }],
    ["message", "hello"],
    ["control", { command: "done", channel: "1:1" }],
    ["close", { command: "close", channel: "1:1", problem: "terminated" }],
  ]);
  assert.equal(echo.valid, false);
  assert.equal(echo.send("x"), false);
  end();
});

test("every ping is answered with the same members", async () => {
  const { socket, end } = await opened({ payload: "echo" });
  socket.says({ command: "ping", channel: "1:1", sequence: 16384, cookie: "x" });
  assert.deepEqual(socket.controls("pong"), [{ command: "pong", channel: "1:1", sequence: 16384, cookie: "x" }]);
  end();
});

test("a binary channel says so, sends and gets bytes", async () => {
  const { socket, channel: raw, end } = await opened({ payload: "echo", binary: true });
  assert.equal(socket.controls("open")[0]?.["binary"], "raw");
  const got: unknown[] = [];
  raw.addEventListener("message", (_event, data) => got.push(data));
  raw.send([1, 2]);
  assert.deepEqual([...(socket.sent.at(-1) as Uint8Array)], [49, 58, 49, 10, 1, 2]);
  socket.data("1:1", Uint8Array.of(0, 255));
  socket.data("1:1", "é");
  assert.deepEqual(got, [Uint8Array.of(0, 255), Uint8Array.of(0xc3, 0xa9)]);
  end();
});

test("close tells the bridge and the listeners at once, and only once", async () => {
  const { socket, channel: echo, end } = await opened({ payload: "echo" });
  const reasons: unknown[] = [];
  echo.addEventListener("close", (_event, options) => reasons.push(options.problem));
  echo.close("cancelled");
  echo.close("again");
  socket.says({ command: "close", channel: "1:1" });
  assert.deepEqual(reasons, ["cancelled"]);
  assert.deepEqual(socket.controls("close"), [{ command: "close", channel: "1:1", problem: "cancelled" }]);
  end();
});

test("closed before it was opened, it is never opened", async () => {
  const socket = connected();
  channel({ payload: "echo" }).close();
  await settled();
  assert.deepEqual(socket.controls("open"), []);
  connection().close();
});

test("wait resolves with ready and rejects with close", async () => {
  const { socket, channel: echo, end } = await opened({ payload: "echo" });
  const early = echo.wait();
  socket.says({ command: "ready", channel: "1:1", pid: 5 });
  assert.equal((await early)["pid"], 5);
  assert.equal((await echo.wait())["pid"], 5);
  const other = channel({ payload: "none" });
  const waiting = other.wait();
  socket.says({ command: "close", channel: "1:2", problem: "not-supported" });
  await assert.rejects(async () => await waiting, { problem: "not-supported" });
  await assert.rejects(async () => await other.wait(), { problem: "not-supported" });
  end();
});

test("on a connection that is gone a channel closes with its reason, after its maker could listen", async () => {
  connected({ command: "init", problem: "no-session" });
  const problems: unknown[] = [];
  channel({ payload: "echo" }).addEventListener("close", (_event, options) => problems.push(options.problem));
  await settled();
  channel({ payload: "echo" }).addEventListener("close", (_event, options) => problems.push(options.problem));
  await settled();
  assert.deepEqual(problems, ["no-session", "no-session"]);
});
