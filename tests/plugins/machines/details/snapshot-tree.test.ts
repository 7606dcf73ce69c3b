import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { type SnapshotNode, countBelow, snapshotForest } from "../../../../plugins/machines/src/details/snapshot-tree";

const drawn = (nodes: readonly SnapshotNode[]): string => nodes.map(({ name, children }) => name + (children.length ? `(${drawn(children)})` : "")).join(" ");

describe("snapshotForest", () => {
  test("what was made from what, oldest first", () => {
    const forest = snapshotForest({
      late: { parent: "root", created: 3 }, root: { created: 1 }, early: { parent: "root", created: 2 }, leaf: { parent: "early", created: 4 },
    });
    assert.equal(drawn(forest), "root(early(leaf) late)");
    assert.equal(countBelow(forest[0] as SnapshotNode), 3);
  });
  test("one whose parent is gone is a root", () => assert.equal(drawn(snapshotForest({ a: { parent: "gone" }, b: { parent: "toString" } })), "a b"));
  test("a circle is shown all the same", () => assert.equal(drawn(snapshotForest({ a: { parent: "b" }, b: { parent: "a" }, c: {} })), "c a b"));
});
