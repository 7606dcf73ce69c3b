import assert from "node:assert/strict";
import { test } from "node:test";
import { pointsOf } from "../../../plugins/overview/src/sparkline";

test("the newest is at the right, the highest at the top", () => {
  assert.deepEqual(pointsOf([0, 5, 10], 3, 10), [[[0, 48], [120, 24], [240, 0]]]);
  assert.deepEqual(pointsOf([10, 20], 3, 10), [[[120, 0], [240, 0]]]);
});

test("what is not known leaves a gap; one reading is no line", () => {
  assert.deepEqual(pointsOf([1, 1, null, 1, 1, null, 1], 7, 1).map((part) => part.length), [2, 2]);
  assert.deepEqual(pointsOf([null, 1], 5, 1), []);
});
