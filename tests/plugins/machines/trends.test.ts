import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { POINTS, STEP, TrendStore, linesOf } from "../../../plugins/machines/src/list/trends";

const NOON = 1_700_000_000_000;
const gaps = (count: number) => Array<null>(count).fill(null);

describe("TrendStore", () => {
  test("a slot's first sample is its point, and a missed slot is a gap", () => {
    const trends = new TrendStore();
    trends.add({ a: [10, 100] }, NOON);
    trends.add({ a: [99, 999] }, NOON + 2000);
    trends.add({ a: [30, 300] }, NOON + 2 * STEP);
    assert.deepEqual(trends.get("a")?.cpu.slice(-3), [10, null, 30]);
    assert.equal(trends.get("a")?.memory.length, POINTS);
  });

  test("what the back end tells of before fills the gaps, and nothing else", () => {
    const trends = new TrendStore();
    trends.add({ a: [10, 100] }, NOON);
    trends.begin("a", { start: NOON / 1000 - 10, cpu: [1, 2, 3], memory: [4, 5, 6] });
    assert.deepEqual(trends.get("a")?.cpu, [...gaps(POINTS - 3), 1, 2, 10]);
    assert.deepEqual(trends.get("a")?.memory.slice(-3), [4, 5, 100]);
    trends.begin("b", { start: NOON / 1000, cpu: [7], memory: [8] });
    assert.deepEqual(trends.get("b")?.cpu.slice(-2), [null, 7]);
  });

  test("who listens hears of points, not of every sample", () => {
    const trends = new TrendStore();
    let told = 0;
    trends.subscribe(() => told++);
    trends.add({ a: [1, 1] }, NOON);
    trends.add({ a: [2, 2] }, NOON + 1000);
    assert.equal(told, 1);
  });

  test("one that has not run for long is forgotten", () => {
    const trends = new TrendStore();
    trends.add({ a: [1, 1] }, NOON);
    trends.add({ b: [1, 1] }, NOON + POINTS * STEP);
    assert.equal(trends.get("a"), undefined);
  });
});

describe("linesOf", () => {
  test("a run is a line, a lonely point a dot, and nothing leaves the box", () => {
    assert.equal(linesOf([0, 50, null, 100, 400], 100, 20), "M0 20h0L1 10M3 0h0L4 0");
    assert.equal(linesOf([null, null], 100, 20), "");
    assert.equal(linesOf([5], 0, 20), "M0 20h0");
  });
});
