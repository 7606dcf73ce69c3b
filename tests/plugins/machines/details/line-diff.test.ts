import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { LINES_MAX, lineDiff, withContext } from "../../../../plugins/machines/src/details/line-diff";

const marks = (before: string, after: string) =>
  lineDiff(before, after).map(({ kind, text }) => ({ same: " ", removed: "-", added: "+" })[kind] + text).join("\n");

describe("lineDiff", () => {
  test("a changed line", () => assert.equal(marks("a\nb\nc", "a\nx\nc"), " a\n-b\n+x\n c"));
  test("lines come and go", () => assert.equal(marks("a\nb\nc\nd", "b\nc\ne\nd"), "-a\n b\n c\n+e\n d"));
  test("nothing changed", () => assert.equal(marks("a\nb", "a\nb"), " a\n b"));

  test("what is not removed, with what is added, is the second text", () => {
    let seed = 7;
    const random = (below: number) => (seed = (seed * 1103515245 + 12345) % 2147483648) % below;
    for (let round = 0; round < 200; round += 1) {
      const [a, b] = [0, 1].map(() => Array.from({ length: 1 + random(9) }, () => "abc"[random(3)]).join("\n")) as [string, string];
      const lines = lineDiff(a, b);
      const kept = (out: string) => lines.filter(({ kind }) => kind !== out).map(({ text }) => text).join("\n");
      assert.equal(kept("removed"), b);
      assert.equal(kept("added"), a);
    }
  });

  test("too many lines are replaced as a whole", () => {
    const long = (word: string) => Array.from({ length: LINES_MAX + 1 }, (_each, index) => `${word}${index % 5 ? index : ""}`).join("\n");
    assert.ok(lineDiff(long("a"), long("b")).every(({ kind }) => kind !== "same"));
  });
});

test("far from a change lines are left out", () => {
  const before = Array.from({ length: 20 }, (_each, index) => String(index));
  const shown = withContext(lineDiff(before.join("\n"), before.with(10, "x").join("\n")), 1);
  assert.deepEqual(shown.map((line) => line?.text ?? null), [null, "9", "10", "x", "11", null]);
});
