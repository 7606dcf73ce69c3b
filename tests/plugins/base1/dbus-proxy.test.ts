import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { connection } from "../../../plugins/base1/src/connection";
import { dbus } from "../../../plugins/base1/src/dbus";
import { connected, settled } from "./fake-socket";

afterEach(() => connection().close());

const META = {
  "org.I": {
    methods: { Join: { in: ["s", "s"], out: ["s", "u"] }, lower: {} },
    properties: { Name: { flags: "rw", type: "s" }, Size: { flags: "r", type: "u" }, quiet: { flags: "r", type: "s" } },
    signals: { Happened: { in: ["s"] } },
  },
};

async function service() {
  const socket = connected();
  const client = dbus("org.example.Thing");
  await settled();
  const sent = () => socket.texts("1:1").map((text) => JSON.parse(text));
  return { socket, client, sent, answer: (message: object) => socket.data("1:1", JSON.stringify(message)) };
}

async function loaded() {
  const made = await service();
  const proxy = made.client.proxy("org.I", "/a");
  made.answer({ meta: META });
  made.answer({ notify: { "/a": { "org.I": { Name: "n", Size: 1, quiet: "q" } } } });
  made.answer({ reply: [], id: "1" });
  await proxy.wait();
  return { ...made, proxy };
}

test("a proxy asks for signals and changes, and waits until it knows", async () => {
  const { client, sent, answer } = await service();
  const proxy = client.proxy("org.I", "/a");
  const told: unknown[] = [];
  proxy.wait(() => told.push(proxy.valid));
  proxy.addEventListener("changed", (_event, data) => told.push(data));
  assert.deepEqual(sent(), [
    { "add-match": { path: "/a", interface: "org.I" } },
    { watch: { path: "/a", interface: "org.I" }, id: "1" },
  ]);
  assert.equal(proxy.valid, false);
  answer({ meta: META });
  answer({ notify: { "/a": { "org.I": { Name: "n" } } } });
  answer({ reply: [], id: "1" });
  assert.equal(await proxy.wait(), proxy);
  assert.deepEqual(told, [{ Name: "n" }, true]);
});

test("properties with upper-case names are its members and the only ones that enumerate; data has all", async () => {
  const { proxy, answer } = await loaded();
  assert.deepEqual({ ...proxy }, { Name: "n", Size: 1 });
  assert.deepEqual(proxy.data, { Name: "n", Size: 1, quiet: "q" });
  answer({ notify: { "/a": { "org.I": { Size: 2 } } } });
  assert.deepEqual([proxy["Name"], proxy["Size"]], ["n", 2]);
});

test("a property that is set is set at the service, and changes when that says so", async () => {
  const { proxy, sent } = await loaded();
  proxy["Name"] = "new";
  const { call } = sent().at(-1);
  assert.deepEqual(call, ["/a", "org.freedesktop.DBus.Properties", "Set", ["org.I", "Name", { t: "s", v: "new" }]]);
  assert.equal(proxy["Name"], "n");
  assert.throws(() => (proxy["Size"] = 5), /not writable/);
});

test("methods take arguments and give results one by one; others are called by name", async () => {
  const { proxy, sent, answer } = await loaded();
  const asking = proxy["Join"]("x", "y");
  assert.deepEqual(sent().at(-1).call, ["/a", "org.I", "Join", ["x", "y"]]);
  answer({ reply: [["xy", 2]], id: sent().at(-1).id });
  let got: unknown[] = [];
  await asking.then((...results: unknown[]) => void (got = results));
  assert.deepEqual(got, ["xy", 2]);
  assert.equal(proxy["lower"], undefined);
  void proxy.call("lower");
  assert.deepEqual(sent().at(-1).call, ["/a", "org.I", "lower", []]);
});

test("signals of the object's interface are events", async () => {
  const { proxy, answer } = await loaded();
  const heard: unknown[] = [];
  proxy.addEventListener("Happened", (_event, ...args) => heard.push(["Happened", ...args]));
  proxy.addEventListener("signal", (_event, ...args) => heard.push(["signal", ...args]));
  answer({ signal: ["/a", "org.I", "Happened", ["x"]] });
  answer({ signal: ["/a", "org.Other", "Happened", ["y"]] });
  answer({ signal: ["/a", "org.I", "quiet", []] });
  assert.deepEqual(heard, [["signal", "Happened", ["x"]], ["Happened", "x"], ["signal", "quiet", []]]);
});

test("each change tells all properties, in an object that stays as it is", async () => {
  const { proxy, answer } = await loaded();
  const told: unknown[] = [];
  proxy.addEventListener("changed", (event) => told.push(event.detail));
  answer({ notify: { "/a": { "org.I": { Size: 2 } } } });
  answer({ notify: { "/a": { "org.I": { Size: 3 } } } });
  assert.deepEqual(told, [{ Name: "n", Size: 2, quiet: "q" }, { Name: "n", Size: 3, quiet: "q" }]);
});

test("it is invalid when the interface goes, valid when it comes back, and invalid when the client closes", async () => {
  const { proxy, answer, socket } = await loaded();
  const valid: boolean[] = [];
  proxy.addEventListener("changed", () => valid.push(proxy.valid));
  answer({ notify: { "/a": { "org.I": null } } });
  answer({ notify: { "/a": { "org.I": { Name: "again" } } } });
  socket.says({ command: "close", channel: "1:1", problem: "terminated" });
  assert.deepEqual(valid, [false, true, false]);
});

test("waiting for what is not there rejects, and still calls back", async () => {
  const { client, answer, socket } = await service();
  const missing = client.proxy("org.Missing", "/a");
  let called = false;
  missing.wait(() => void (called = true));
  answer({ reply: [], id: "1" });
  await assert.rejects(async () => await missing.wait(), { problem: "not-found" });
  assert.equal(called, true);
  const lost = client.proxy("org.Lost", "/a");
  socket.says({ command: "close", channel: "1:1", problem: "access-denied" });
  await assert.rejects(async () => await lost.wait(), { problem: "access-denied" });
});

test("without a name the interface and the path are the client's", async () => {
  const { client } = await service();
  const { iface, path } = client.proxy();
  assert.deepEqual([iface, path], ["org.example.Thing", "/org/example/Thing"]);
});

test("proxies are a map of what is there, with events for what comes, changes and goes", async () => {
  const { client, sent, answer } = await service();
  const proxies = client.proxies("org.I", "/things");
  const heard: string[] = [];
  for (const kind of ["added", "changed", "removed"] as const) {
    proxies.addEventListener(kind, (_event, proxy) => heard.push(`${kind} ${proxy.path} ${proxy.valid}`));
  }
  const rule = { interface: "org.I", path_namespace: "/things" };
  assert.deepEqual(sent(), [{ "add-match": rule }, { watch: rule, id: "1" }]);
  answer({ meta: META });
  answer({ notify: { "/things/a": { "org.I": { Name: "a" } }, "/other": { "org.I": { Name: "x" } } } });
  answer({ reply: [], id: "1" });
  await proxies.wait();
  answer({ notify: { "/things/a": { "org.I": { Name: "b" } } } });
  assert.equal(proxies["/things/a"]["Name"], "b");
  assert.deepEqual(Object.keys(proxies), ["/things/a"]);
  answer({ notify: { "/things/a": { "org.I": null } } });
  assert.deepEqual(Object.keys(proxies), []);
  assert.deepEqual(heard, ["added /things/a true", "changed /things/a true", "changed /things/a true", "removed /things/a false"]);
  assert.equal(sent().length, 2);
});

test("proxies made later know what is known already, and their signals come through one match", async () => {
  const { client, answer, sent } = await service();
  client.meta(META);
  client.notify({ "/things/a": { "org.I": { Name: "a" } } });
  const proxies = client.proxies("org.I", "/things", { watch: false });
  const heard: unknown[] = [];
  proxies["/things/a"].addEventListener("Happened", (_event: unknown, text: string) => heard.push(text));
  answer({ signal: ["/things/a", "org.I", "Happened", ["x"]] });
  await proxies.wait();
  assert.deepEqual(heard, ["x"]);
  assert.deepEqual(sent().slice(1), [{ "add-match": { interface: "org.I", path_namespace: "/things" } }]);
});
