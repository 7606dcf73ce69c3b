import assert from "node:assert/strict";
import { test } from "node:test";
import { pick, series, type Sink } from "../../../plugins/base1/src/series";

function followed(made: ReturnType<typeof series>) {
  const told: [number, unknown[]][] = [];
  const sink: Sink = (beg, items) => void told.push([beg, items]);
  return { told, stop: made.connect(sink) };
}

test("input is told to those that follow, and kept for a later load", () => {
  const made = series(1000);
  const { told, stop } = followed(made);
  made.input(10, ["a", "b"]);
  stop();
  made.input(12, ["c"]);
  const later = followed(made);
  made.load(11, 20);
  assert.deepEqual(told, [[10, ["a", "b"]]]);
  assert.deepEqual(later.told, [[11, ["b", "c"]]]);
});

test("what is missing of a range is fetched, gap by gap", () => {
  const asked: unknown[] = [];
  const made = series(1000, null, (...range) => void asked.push(range));
  made.input(2, [2, 3], { a: { "": 0 } });
  made.input(6, [6], { b: { "": 0 } });
  made.load(0, 9);
  made.load(2, 4, true);
  made.load(7, 8, true);
  assert.deepEqual(asked, [[0, 2, false], [4, 6, false], [7, 9, false], [7, 8, true]]);
});

test("newer items replace older ones wherever they fall", () => {
  const made = series(1000);
  made.input(0, [0, 1, 2, 3, 4]);
  made.input(1, ["x", "y"]);
  const { told } = followed(made);
  made.load(0, 5);
  assert.deepEqual(told, [[0, [0]], [1, ["x", "y"]], [3, [3, 4]]]);
});

test("only so many are kept, the newest", () => {
  const made = series(1000);
  made.limit = 3;
  for (let at = 0; at < 10; at += 1) made.input(at, [at]);
  made.input(20, ["later"]);
  const { told } = followed(made);
  made.load(0, 100);
  assert.deepEqual(told, [[8, [8, 9]], [20, ["later"]]]);
});

test("series of one cache share their items; of another, or of another interval, they do not", () => {
  series(1000, "shared").input(1, ["one"]);
  for (const [made, expected] of [[series(1000, "shared"), 1], [series(500, "shared"), 0], [series(1000, "other"), 0]] as const) {
    const { told } = followed(made);
    made.load(0, 5);
    assert.equal(told.length, expected);
  }
});

for (const [path, mapping, expected] of [
  [[], null, { a: [1, { b: 2 }] }],
  [["a", "1", "b"], null, 2],
  [["cpu", "eth0"], { cpu: { "": "a", eth0: { "": 0 } } }, 1],
  [["cpu"], { cpu: { "": "a" } }, [1, { b: 2 }]],
  [["missing", "deeper"], null, undefined],
] as const) {
  test(`the path ${path.join(".")} leads to ${JSON.stringify(expected)}`, () => {
    assert.deepEqual(pick({ a: [1, { b: 2 }] }, [...path], mapping), expected);
  });
}
