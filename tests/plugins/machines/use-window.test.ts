import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { placesDrawn, rangeOf } from "../../../plugins/machines/src/list/use-window";

describe("rangeOf", () => {
  test("what is on the screen is drawn, and little else, wherever one is", () => {
    for (let above = -500; above < 2000 * 64; above += 37) {
      const { first, end } = rangeOf(above, 800, 64, 2000);
      const top = Math.max(0, Math.floor(above / 64));
      const bottom = Math.min(2000, Math.ceil((above + 800) / 64));
      assert.ok(first <= top && end >= bottom, `${above}: ${first} to ${end}`);
      assert.ok(end - first <= 40);
    }
  });

  test("a list that is shorter than the screen is drawn whole", () => assert.deepEqual(rangeOf(0, 800, 64, 3), { first: 0, end: 3 }));

  test("nothing is drawn beyond the end", () => assert.deepEqual(rangeOf(1e9, 800, 64, 10), { first: 10, end: 10 }));
});

describe("placesDrawn", () => {
  const of = (count: number, first: number, end: number, pinned: number) =>
    placesDrawn(count, first, end, pinned).map((part) => (typeof part === "number" ? part : `${part.first}-${part.end}`));

  test("gaps stand for what is not drawn", () => {
    assert.deepEqual(of(9, 2, 5, -1), ["0-2", 2, 3, 4, "5-9"]);
    assert.deepEqual(of(3, 0, 3, -1), [0, 1, 2]);
    assert.deepEqual(of(0, 0, 0, -1), []);
  });

  test("the row with the focus stays where it is", () => {
    assert.deepEqual(of(9, 4, 6, 1), ["0-1", 1, "2-4", 4, 5, "6-9"]);
    assert.deepEqual(of(9, 4, 6, 3), ["0-3", 3, 4, 5, "6-9"]);
    assert.deepEqual(of(9, 4, 6, 8), ["0-4", 4, 5, "6-8", 8]);
    assert.deepEqual(of(9, 4, 6, 5), ["0-4", 4, 5, "6-9"]);
  });
});
