import assert from "node:assert/strict";
import { test } from "node:test";
import { COLUMNS, type History, extent, times, withSample } from "../../../../plugins/machines/src/details/history-series";

const history = (cpu: (number | null)[]): History => ({
  start: 1000, step: 5, ...(Object.fromEntries(COLUMNS.map((name) => [name, cpu])) as Record<(typeof COLUMNS)[number], (number | null)[]>),
});
const after = (now: number, cpu: (number | null)[] = [1, 2, 3]) => {
  const { start, cpu: values } = withSample(history(cpu), now, [9, 90]);
  return [start, values];
};

test("a reading in the last slot stands in it", () => assert.deepEqual(after(1012), [1000, [1, 2, 9]]));
test("a reading in the next slot moves all", () => assert.deepEqual(after(1015), [1005, [2, 3, 9]]));
test("a late reading is no gap", () => assert.deepEqual(after(1020), [1010, [3, 9, 9]]));
test("what was not measured is a gap", () => assert.deepEqual(after(1040, [1, 2, 3, 4, 5, 6, 7]), [1010, [3, 4, 5, 6, 7, 9, 9]]));
test("a long pause leaves nothing but gaps", () => assert.deepEqual(after(1100), [1090, [null, null, 9]]));
test("what is older than all is not taken", () => assert.deepEqual(after(900), [1000, [1, 2, 3]]));
test("figures that were not told are gaps", () => assert.deepEqual(withSample(history([1]), 1000, [9, 90]).sent, [null]));
test("moments", () => assert.deepEqual(times(history([1, 2])), [1000, 1005]));
test("the least, the most and the last figure, of all and of a part", () => {
  assert.deepEqual(extent(history([3, 1, 2, null]), "cpu"), { least: 1, most: 3, last: 2 });
  assert.deepEqual(extent(history([3, 1, 2, null]), "cpu", 1000, 1004), { least: 3, most: 3, last: 3 });
  assert.equal(extent(history([null]), "cpu"), null);
});
