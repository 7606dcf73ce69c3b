import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { connection } from "../../../plugins/base1/src/connection";
import { file } from "../../../plugins/base1/src/file";
import { connected, settled, type FakeSocket } from "./fake-socket";

afterEach(() => connection().close());

async function ready(): Promise<FakeSocket> {
  const socket = connected();
  connection();
  await settled();
  return socket;
}

const all = (promise: { then(callback: (...values: any[]) => void): unknown }) => new Promise<any[]>((done) => promise.then((...values) => done(values)));

test("read gives content and tag, parsed where a syntax is given", async () => {
  const socket = await ready();
  const reading = file("/etc/x", { syntax: JSON, max_read_size: 100, superuser: "try" }).read();
  const { payload, path, max_read_size, superuser } = socket.controls("open")[0]!;
  assert.deepEqual([payload, path, max_read_size, superuser], ["fsread1", "/etc/x", 100, "try"]);
  socket.data("1:1", '{"a"');
  socket.data("1:1", ":1}");
  socket.says({ command: "close", channel: "1:1", tag: "1:7" });
  assert.deepEqual(await all(reading), [{ a: 1 }, "1:7"]);
});

test("a file that is not there is null, an empty one is not", async () => {
  const socket = await ready();
  const missing = file("/none").read();
  socket.says({ command: "close", channel: "1:1", tag: "-" });
  assert.deepEqual(await all(missing), [null, "-"]);
  const empty = file("/empty").read();
  socket.says({ command: "close", channel: "1:2", tag: "1:1" });
  assert.deepEqual(await all(empty), ["", "1:1"]);
});

test("what goes wrong rejects with problem and sentence; what cannot be parsed with the parser's error", async () => {
  const socket = await ready();
  const denied = file("/secret").read();
  socket.says({ command: "close", channel: "1:1", problem: "access-denied", message: "no" });
  await assert.rejects(async () => await denied, { problem: "access-denied", message: "no" });
  const broken = file("/broken", { syntax: JSON }).read();
  socket.data("1:2", "{");
  socket.says({ command: "close", channel: "1:2", tag: "1:1" });
  await assert.rejects(async () => await broken, SyntaxError);
});

test("reads at the same time share one channel", async () => {
  const socket = await ready();
  const handle = file("/x");
  const [one, two] = [handle.read(), handle.read()];
  socket.data("1:1", "x");
  socket.says({ command: "close", channel: "1:1", tag: "t" });
  assert.deepEqual(await Promise.all([one, two]), ["x", "x"]);
  assert.equal(socket.controls("open").length, 1);
});

test("replace sends the content and done; an empty file is an empty frame, deleting is no frame", async () => {
  const socket = await ready();
  const written = file("/x").replace("content", "1:1");
  assert.equal(socket.controls("open")[0]?.["tag"], "1:1");
  socket.says({ command: "close", channel: "1:1", tag: "1:2" });
  assert.equal(await written, "1:2");
  void file("/x").replace("");
  void file("/x").replace(null);
  assert.deepEqual([socket.texts("1:1"), socket.texts("1:2"), socket.texts("1:3")], [["content"], [""], []]);
  assert.equal(socket.controls("done").length, 3);
});

test("modify starts again when somebody else was faster", async () => {
  const socket = await ready();
  const seen: unknown[] = [];
  const done = all(file("/x").modify((content) => {
    seen.push(content);
    return `${content}!`;
  }));
  socket.data("1:1", "a");
  socket.says({ command: "close", channel: "1:1", tag: "1" });
  await settled();
  socket.says({ command: "close", channel: "1:2", problem: "change-conflict" });
  await settled();
  socket.data("1:3", "b");
  socket.says({ command: "close", channel: "1:3", tag: "2" });
  await settled();
  socket.says({ command: "close", channel: "1:4", tag: "3" });
  assert.deepEqual(await done, ["b!", "3"]);
  assert.deepEqual(seen, ["a", "b"]);
  assert.equal(socket.controls("open")[3]?.["tag"], "2");
});

test("watch tells the present version and the later ones, until removed", async () => {
  const socket = await ready();
  const told: unknown[] = [];
  const watch = file("/x").watch((content, tag) => told.push([content, tag]));
  socket.says({ command: "ready", channel: "1:1" });
  socket.data("1:2", "one");
  socket.says({ command: "close", channel: "1:2", tag: "1" });
  await settled();
  socket.data("1:1", '{"event":"changed","path":"/x","tag":"2"}');
  socket.says({ command: "close", channel: "1:3", tag: "-" });
  await settled();
  assert.deepEqual(told, [["one", "1"], [null, "-"]]);
  watch.remove();
  assert.deepEqual(socket.controls("close").map((close) => close.channel), ["1:1"]);
});

test("close cancels what is under way", async () => {
  await ready();
  const handle = file("/x");
  const reading = handle.read();
  handle.close();
  await assert.rejects(async () => await reading, { problem: "cancelled" });
});
