import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { connection } from "../../../plugins/base1/src/connection";
import { byte_array, dbus, DBusError } from "../../../plugins/base1/src/dbus";
import { connected, settled } from "./fake-socket";

afterEach(() => connection().close());

async function service() {
  const socket = connected();
  const client = dbus("org.example", { bus: "session", superuser: "try" });
  await settled();
  const sent = () => socket.texts("1:1").map((text) => JSON.parse(text));
  return { socket, client, sent, answer: (message: object) => socket.data("1:1", JSON.stringify(message)) };
}

test("a channel for the name; calls are answered by id in any order", async () => {
  const { socket, client, sent, answer } = await service();
  const { payload, name, bus } = socket.controls("open")[0]!;
  assert.deepEqual([payload, name, bus], ["dbus-json3", "org.example", "session"]);
  const one = client.call("/a", "org.I", "One", ["x"], { type: "s", timeout: 1000 });
  const two = client.call("/a", "org.I", "Two");
  assert.deepEqual(sent(), [
    { flags: "i", type: "s", timeout: 1000, call: ["/a", "org.I", "One", ["x"]], id: "1" },
    { flags: "i", call: ["/a", "org.I", "Two", []], id: "2" },
  ]);
  answer({ reply: [["second"]], id: "2" });
  answer({ reply: [[1, 2]], id: "1" });
  assert.deepEqual([await one, await two], [[1, 2], ["second"]]);
});

test("an error reply and the connection's end reject", async () => {
  const { socket, client, answer } = await service();
  const failing = client.call("/a", "org.I", "M");
  const pending = client.call("/a", "org.I", "M");
  answer({ error: ["org.example.Error", ["it broke"]], id: "1" });
  socket.says({ command: "close", channel: "1:1", problem: "not-found" });
  await assert.rejects(async () => await failing, (error) => error instanceof DBusError && error.name === "org.example.Error" && error.message === "it broke");
  await assert.rejects(async () => await pending, { problem: "not-found" });
  await assert.rejects(async () => await client.call("/", "I", "M"), { problem: "not-found" });
});

test("that a service is not there is told in one go: no owner, calls that fail, the end", async () => {
  const { socket, client, answer } = await service();
  const told: string[] = [];
  client.addEventListener("owner", (_event, owner) => void told.push(`owner ${owner}`));
  client.addEventListener("close", () => void told.push("close"));
  client.call("/a", "org.I", "M").catch(() => told.push("call"));
  answer({ owner: null });
  await settled();
  assert.deepEqual(told, [], "a page that draws itself now would draw half of it");
  socket.says({ command: "close", channel: "1:1", problem: "not-found" });
  assert.deepEqual(told, ["owner null", "close"]);
  await settled();
  assert.deepEqual(told, ["owner null", "close", "call"]);
});

test("a service without an owner that is waited for is told when the connection stands", async () => {
  const { socket, client, answer } = await service();
  const told: unknown[] = [];
  client.addEventListener("owner", (_event, owner) => told.push(owner));
  answer({ owner: null });
  socket.says({ command: "ready", channel: "1:1" });
  answer({ owner: ":1.5" });
  answer({ owner: null });
  assert.deepEqual(told, [null, ":1.5", null]);
});

test("signals reach the subscriptions that match, until removed", async () => {
  const { client, sent, answer } = await service();
  const heard: unknown[] = [];
  const all = client.subscribe({ path_namespace: "/a" }, (path, _iface, name, args) => heard.push([path, name, args]));
  client.subscribe({ path: "/b", member: "Other" }, () => heard.push("wrong"));
  answer({ signal: ["/a/b", "org.I", "Changed", [1]] });
  answer({ signal: ["/ab", "org.I", "Changed", [2]] });
  answer({ signal: ["/b", "org.I", "Changed", [3]] });
  all.remove();
  answer({ signal: ["/a", "org.I", "Changed", [4]] });
  assert.deepEqual(heard, [["/a/b", "Changed", [1]]]);
  assert.deepEqual(sent()[2], { "remove-match": { path_namespace: "/a" } });
});

test("owner, notify and meta are events; watch resolves with its reply", async () => {
  const { client, sent, answer } = await service();
  const events: unknown[] = [];
  for (const name of ["owner", "notify", "meta"] as const) {
    client.addEventListener(name, (event: CustomEvent, ..._args: unknown[]) => void events.push([name, event.detail]));
  }
  const watching = client.watch("/a");
  assert.deepEqual(sent(), [{ watch: { path: "/a" }, id: "1" }]);
  answer({ owner: ":1.5" });
  answer({ notify: { "/a": { "org.I": { P: 1 } } } });
  answer({ reply: [[]], id: "1" });
  await watching;
  assert.equal(client.owner, ":1.5");
  assert.deepEqual(events, [["owner", ":1.5"], ["notify", { "/a": { "org.I": { P: 1 } } }]]);
});

test("what came with the reply is told after the results", async () => {
  const { client, answer } = await service();
  const asking = client.call("/a", "org.I", "M", [], { type: "", flags: "" });
  answer({ reply: [["x"]], id: "1", type: "s", flags: "<" });
  let got: unknown[] = [];
  await asking.then((...values) => void (got = values));
  assert.deepEqual(got, [["x"], { type: "s", flags: "<" }]);
});

test("one callback may listen to two things, and stops with each", async () => {
  const { client, answer } = await service();
  const heard: string[] = [];
  const callback = (path: string) => void heard.push(path);
  const one = client.subscribe({ path: "/a" }, callback);
  client.subscribe({ path: "/b" }, callback);
  one.remove();
  answer({ signal: ["/a", "org.I", "S", []] });
  answer({ signal: ["/b", "org.I", "S", []] });
  assert.deepEqual(heard, ["/b"]);
});

test("meta tells the bridge and this client what an interface has; notify stands for a watch", async () => {
  const { client, sent } = await service();
  client.meta({ "org.I": { methods: { M: { in: [], out: [] } } } });
  assert.deepEqual(sent(), [{ meta: { "org.I": { methods: { M: { in: [], out: [] } } } } }]);
  const proxy = client.proxy("org.I", "/a", { watch: false });
  assert.equal(proxy.valid, false);
  client.notify({ "/a": { "org.I": {} } });
  assert.equal(proxy.valid, true);
  assert.equal(typeof proxy["M"], "function");
});

test("a watch is undone once", async () => {
  const { client, sent } = await service();
  const watch = client.watch({ path_namespace: "/a", interface: "org.I" });
  watch.remove();
  watch.remove();
  const rule = { path_namespace: "/a", interface: "org.I" };
  assert.deepEqual(sent(), [{ watch: rule, id: "1" }, { unwatch: rule }]);
});

test("track ends the client when the service is another one", async () => {
  const socket = connected();
  const client = dbus("org.example", { track: true });
  await settled();
  assert.equal("track" in socket.controls("open")[0]!, false);
  socket.data("1:1", '{"owner":":1.5"}');
  assert.equal(client.valid, true);
  socket.data("1:1", '{"owner":null}');
  assert.equal(client.valid, false);
});

test("without a name, and with no option but the bus, there is one client until it closes", () => {
  connected();
  const client = dbus(null, { bus: "internal" });
  assert.equal(dbus(null, { bus: "internal" }), client);
  assert.notEqual(dbus(null, { bus: "session" }), client);
  assert.notEqual(dbus(null, { bus: "internal", superuser: "try" }), client);
  client.close();
  assert.notEqual(dbus(null, { bus: "internal" }), client);
});

test("text as bytes", () => assert.equal(byte_array("ab"), "YWI="));
