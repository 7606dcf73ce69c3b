import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { connection } from "../../../plugins/base1/src/connection";
import { dbus, DBusError } from "../../../plugins/base1/src/dbus";
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
    { call: ["/a", "org.I", "One", ["x"]], id: "1", type: "s", timeout: 1000 },
    { call: ["/a", "org.I", "Two", []], id: "2" },
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
  await assert.rejects(async () => await client.call("/", "I", "M"), { problem: "disconnected" });
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
  assert.deepEqual(events, [["owner", [":1.5"]], ["notify", [{ "/a": { "org.I": { P: 1 } } }]]]);
});
