import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { connection } from "../../../plugins/base1/src/connection";
import { grid } from "../../../plugins/base1/src/grid";
import { Decoder, metrics } from "../../../plugins/base1/src/metrics";
import { connected, settled } from "./fake-socket";

afterEach(() => connection().close());

const META = { timestamp: 5000, interval: 1000, metrics: [{ name: "cpu" }, { name: "net", instances: ["eth0", ""] }] };
const OPTIONS = { metrics: [{ name: "cpu" }, { name: "net" }] };

test("following fills the series; grids find metrics by name and instance", async () => {
  const socket = connected();
  const made = metrics(1000, OPTIONS);
  const shown = grid(1000, 5, 8);
  const [cpu, eth0, slash] = [shown.add(made, "cpu"), shown.add(made, ["net", "eth0"]), shown.add(made, ["net", "/"])];
  let changes = 0;
  made.addEventListener("changed", () => void (changes += 1));
  made.follow();
  made.follow();
  await settled();
  const { payload, source, interval, metrics: wanted } = socket.controls("open")[0]!;
  assert.deepEqual([payload, source, interval, wanted], ["metrics1", "internal", 1000, OPTIONS.metrics]);
  assert.equal(socket.controls("open").length, 1);
  socket.data("1:1", JSON.stringify(META));
  socket.data("1:1", "[[1,[10,20]],[2,[null,21]]]");
  socket.data("1:1", "[[null]]");
  assert.deepEqual([cpu, eth0, slash], [[1, 2, 2], [10, 10, 10], [20, 21, 21]]);
  assert.deepEqual([made.meta, changes], [META, 1]);
  made.close();
  assert.equal(socket.controls("close").length, 1);
});

test("the next options are tried where the first are not supported", async () => {
  const socket = connected();
  const made = metrics(1000, [{ ...OPTIONS, source: "pmcd" }, OPTIONS]);
  made.follow();
  await settled();
  socket.says({ command: "close", channel: "1:1", problem: "not-supported" });
  assert.deepEqual(socket.controls("open").map(({ source }) => source), ["pmcd", "internal"]);
  made.close();
  assert.equal(socket.controls("open").length, 2);
});

test("recorded data is fetched from an archive, where there is one", async () => {
  const socket = connected();
  const made = metrics(1000, [OPTIONS, { ...OPTIONS, archive_source: "pcp-archive" }]);
  made.fetch(new Date(60_000), 70);
  await settled();
  const opened = socket.controls("open");
  assert.equal(opened.length, 1);
  const { source, timestamp, limit, archive_source } = opened[0]!;
  assert.deepEqual([source, timestamp, limit, archive_source], ["pcp-archive", 60_000, 10, undefined]);
  socket.says({ command: "close", channel: "1:1" });
  assert.equal(made.archives, true);
  metrics(1000, OPTIONS).fetch(0, 10);
  assert.equal(socket.controls("open").length, 1);
});

test("what cannot be had ends following, which may begin again", async () => {
  const socket = connected();
  const made = metrics(1000, OPTIONS);
  made.follow();
  await settled();
  socket.says({ command: "close", channel: "1:1", problem: "not-supported" });
  made.follow();
  assert.equal(socket.controls("open").length, 2);
});

test("times are this machine's; the mapping stays one object while nothing changes", () => {
  const decoder = new Decoder(1000, ["c", "n"]);
  decoder.describe({ ...META, now: 5100 }, 9100);
  const { mapping } = decoder;
  assert.equal(decoder.beg, 9);
  assert.deepEqual(Object.keys(mapping ?? {}), ["c", "n"]);
  decoder.describe(META, 0);
  assert.equal(decoder.mapping, mapping);
  assert.deepEqual(decoder.decode([[1, [1]], [false, [2, 3]], [null, [null, 4]]]), [[1, [1]], [false, [2, 3]], [false, [2, 4]]]);
  assert.equal(decoder.beg, 8);
});
