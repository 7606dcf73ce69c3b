import assert from "node:assert/strict";
import { test } from "node:test";
import { failedUnits } from "../../../plugins/overview/src/services";

test("units are told by name and description", () => {
  const units = [["a.service", "An A", "loaded", "failed", "failed"], ["b.mount", "", "loaded", "failed"]];
  assert.deepEqual(failedUnits(units), [{ name: "a.service", description: "An A" }, { name: "b.mount", description: "b.mount" }]);
});
