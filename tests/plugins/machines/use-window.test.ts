import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { rangeOf } from "../../../plugins/machines/src/list/use-window";

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
