import assert from "node:assert/strict";
import { test } from "node:test";
import { connection } from "../../../plugins/base1/src/connection";
import { asReading, asSpaces, KEPT, LoadStore } from "../../../plugins/overview/src/load";
import { connected, settled } from "../base1/fake-socket";

test("a row is a reading; the machine's talk with itself is no traffic", () => {
  const row = [500, 250, 250, 4096, 0, 10, 20, [1000, 7, 3], [1000, 5, false]];
  const expected = { cpu: 1, memory: 4096, swap: 0, read: 10, written: 20, received: 10, sent: 5 };
  assert.deepEqual(asReading(row, ["lo", "eth0", "wlan0"]), expected);
});

test("what is not known yet is null", () => {
  const row = [false, false, false, 4096, null, false, false, [], []];
  assert.deepEqual(asReading(row, []), { cpu: null, memory: 4096, swap: null, read: null, written: null, received: null, sent: null });
});

test("a file system is told once, by its shortest place; one without size is none", () => {
  const spaces = asSpaces([[5, 5, 0, 1], [10, 10, 0, 10]], ["/var/lib/data", "/data", "/proc", "/"]);
  assert.deepEqual(spaces, [{ point: "/", used: 1, total: 10 }, { point: "/data", used: 5, total: 10 }]);
});

test("the store measures, keeps the last readings, and says why where it cannot", async () => {
  const socket = connected();
  const store = new LoadStore();
  store.start();
  await settled();
  const [load, space] = socket.controls("open");
  assert.deepEqual([load?.["payload"], load?.["source"], space?.["interval"]], ["metrics1", "internal", 15_000]);
  const names = (load!["metrics"] as { name: string }[]).map(({ name }) => (name.startsWith("network") ? { name, instances: ["eth0"] } : { name }));
  socket.data(load!.channel!, JSON.stringify({ timestamp: 0, interval: 2000, metrics: names }));
  const row = [1000, 0, 0, 1, 1, 1, 1, [1], [1]];
  socket.data(load!.channel!, JSON.stringify(Array.from({ length: KEPT + 5 }, () => row)));
  assert.equal(store.getSnapshot().readings.length, KEPT);
  assert.equal(store.getSnapshot().readings.at(-1)?.cpu, 1);
  socket.data(space!.channel!, JSON.stringify({ timestamp: 0, interval: 15000, metrics: [{ name: "mount.used", instances: ["/"] }, { name: "mount.total", instances: ["/"] }] }));
  socket.data(space!.channel!, "[[[3],[4]]]");
  assert.deepEqual(store.getSnapshot().spaces, [{ point: "/", used: 3, total: 4 }]);
  socket.says({ command: "close", channel: load!.channel!, problem: "not-supported", message: "no such metric" });
  assert.equal(store.getSnapshot().problem, "no such metric");
  store.stop();
  assert.equal(socket.controls("close").length, 1);
  connection().close();
});
