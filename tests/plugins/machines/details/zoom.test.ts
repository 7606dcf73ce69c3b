import assert from "node:assert/strict";
import { test } from "node:test";
import { closer, moved, within } from "../../../../plugins/machines/src/details/zoom";

const HOUR = { from: 0, to: 3600 };

test("the first step shows the last half, the next ones the middle of what is shown", () => {
  const half = closer(null, HOUR, 5);
  assert.deepEqual(half, { from: 1800, to: 3600 });
  assert.deepEqual(closer(half, HOUR, 5), { from: 2250, to: 3150 });
});

test("it moves by halves and stops at both ends", () => {
  const shown = { from: 1800, to: 3600 };
  assert.deepEqual(moved(shown, HOUR, 5, -1), { from: 900, to: 2700 });
  assert.deepEqual(moved(shown, HOUR, 5, 1), shown);
  assert.deepEqual(moved({ from: 100, to: 1900 }, HOUR, 5, -1), { from: 0, to: 1800 });
});

test("a part is never so small that nothing is seen, and all of it is no part", () => {
  assert.deepEqual(within({ from: 1000, to: 1001 }, HOUR, 5), { from: 1000, to: 1030 });
  assert.deepEqual(within({ from: 3599, to: 3600 }, HOUR, 5), { from: 3570, to: 3600 });
  assert.equal(within({ from: -10, to: 4000 }, HOUR, 5), null);
});
