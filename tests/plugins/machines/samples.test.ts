import assert from "node:assert/strict";
import { test } from "node:test";
import { SampleStore } from "../../../plugins/machines/src/samples";

test("each tick replaces the one before, and tells who listens", () => {
  const store = new SampleStore();
  let told = 0;
  const end = store.subscribe(() => (told += 1));
  store.take({ a: [50, 1024], b: [1, 1] });
  assert.deepEqual(store.get("a"), [50, 1024]);
  store.take({ b: [2, 2] });
  assert.equal(store.get("a"), undefined);
  end();
  store.take({});
  assert.equal(told, 2);
});
