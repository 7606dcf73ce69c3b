import assert from "node:assert/strict";
import { test } from "node:test";
import { countList, learn, memoryOf, modelOf, systemOf, type Known } from "../../../plugins/overview/src/facts";

test("lists of processors are counted", () => {
  assert.deepEqual(["0", "0-1\n", "0-3,8-11,15"].map(countList), [1, 2, 9]);
});

test("values of meminfo are bytes", () => {
  const meminfo = "MemTotal:       16384 kB\nMemFree:  5 kB\nSwapTotal:             0 kB\n";
  assert.deepEqual([memoryOf(meminfo, "MemTotal"), memoryOf(meminfo, "SwapTotal"), memoryOf(meminfo, "Mem")], [16777216, 0, undefined]);
});

test("the processor's name, where the kernel tells one", () => {
  assert.equal(modelOf("processor\t: 0\nmodel name\t: Some CPU @ 3 GHz\n"), "Some CPU @ 3 GHz");
  assert.equal(modelOf("processor\t: 0\nBogoMIPS\t: 50\n"), undefined);
});

test("the operating system's name, however it is quoted", () => {
  assert.equal(systemOf('ID=debian\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n'), "Debian GNU/Linux 12 (bookworm)");
  assert.equal(systemOf("PRETTY_NAME=Plain\n"), "Plain");
  assert.equal(systemOf('PRETTY_NAME="Say \\"it\\""\n'), 'Say "it"');
  assert.equal(systemOf("ID=debian\n"), undefined);
});

test("what is not there costs its part only", async () => {
  const files: Record<string, string> = { "/proc/sys/kernel/hostname": "name\n", "/proc/uptime": "100.5 300.1\n", "/proc/meminfo": "MemTotal: 1 kB\n" };
  let known: Known = {};
  const read = (path: string) => (path === "/proc/cpuinfo" ? Promise.reject(new Error("no")) : Promise.resolve(files[path] ?? null));
  learn({ read, now: () => 1_000_000 }, (part) => (known = { ...known, ...part }));
  await new Promise(setImmediate);
  assert.deepEqual(known, { hostname: "name", booted: 899_500, memory: 1024 });
});
