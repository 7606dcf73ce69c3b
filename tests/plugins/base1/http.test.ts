import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { connection } from "../../../plugins/base1/src/connection";
import { http } from "../../../plugins/base1/src/http";
import { connected, settled } from "./fake-socket";

afterEach(() => connection().close());

async function ready() {
  const socket = connected();
  connection();
  await settled();
  return socket;
}

test("get opens an http-stream2 channel and gives the body", async () => {
  const socket = await ready();
  const heads: unknown[] = [];
  const body = http(9000, { headers: { A: "1" } }).get("/x", { q: "a b" }, { B: "2" });
  body.response((status, headers) => heads.push([status, headers]));
  const { payload, port, method, path, headers } = socket.controls("open")[0]!;
  assert.deepEqual([payload, port, method, path, headers], ["http-stream2", 9000, "GET", "/x?q=a+b", { A: "1", B: "2" }]);
  assert.equal(socket.controls("done").length, 1);
  socket.says({ command: "response", channel: "1:1", status: 200, reason: "OK", headers: { T: "x" } });
  socket.data("1:1", "hel");
  socket.data("1:1", "lo");
  socket.says({ command: "close", channel: "1:1" });
  assert.equal(await body, "hello");
  assert.deepEqual(heads, [[200, { T: "x" }]]);
});

test("another status rejects with it and the body, no server with the problem", async () => {
  const socket = await ready();
  const client = http("/run/x.sock");
  const missing = client.get("/none");
  assert.equal(socket.controls("open")[0]?.["unix"], "/run/x.sock");
  socket.says({ command: "response", channel: "1:1", status: 404, reason: "Not Found", headers: {} });
  socket.data("1:1", "page");
  socket.says({ command: "close", channel: "1:1" });
  const reason = await new Promise<any[]>((done) => missing.fail((...values) => done(values)));
  assert.deepEqual([reason[0].status, reason[0].reason, reason[0].message, reason[1]], [404, "Not Found", "404 Not Found", "page"]);
  const refused = client.get("/");
  socket.says({ command: "close", channel: "1:2", problem: "not-found" });
  await assert.rejects(async () => await refused, { problem: "not-found", status: 0 });
});

test("post sends objects as JSON; close cancels what is under way", async () => {
  const socket = await ready();
  const client = http({ port: 80 });
  const posted = client.post("/p", { a: 1 });
  assert.deepEqual(socket.texts("1:1"), ['{"a":1}']);
  assert.equal(socket.controls("open")[0]?.["headers"]["Content-Type"], "application/json");
  client.close();
  await assert.rejects(async () => await posted, { problem: "cancelled" });
});
