import assert from "node:assert/strict";
import { test } from "node:test";
import { followPressure, parseLoad, parseMemoryPressure, type Pressure } from "../../../plugins/overview/src/pressure";

const PSI = "some avg10=1.00 avg60=2.50 avg300=0.10 total=5\nfull avg10=0.00 avg60=1.25 avg300=0.00 total=3\n";

test("the kernel's averages", () => {
  assert.deepEqual(parseLoad("0.52 1.00 10.75 2/345 6789\n"), [0.52, 1, 10.75]);
  assert.equal(parseLoad("nonsense"), null);
  assert.equal(parseMemoryPressure(PSI), 1.25);
  assert.equal(parseMemoryPressure("some avg10=1.00"), null);
});

test("a kernel that does not tell is no error", async () => {
  const told: Pressure[] = [];
  const stop = followPressure((path) => (path.includes("loadavg") ? Promise.resolve("1 2 3 ") : Promise.reject(new Error("ENOENT"))), (pressure) => told.push(pressure));
  await new Promise(setImmediate);
  stop();
  assert.deepEqual(told, [{ load: [1, 2, 3], memory: null }]);
});
