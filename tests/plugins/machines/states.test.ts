import assert from "node:assert/strict";
import { test } from "node:test";
import type { Domain } from "../../../plugins/machines/src/model";
import { lookOf, reasonOf } from "../../../plugins/machines/src/states";

test("a state nobody knows is shown as no state", () => {
  assert.equal(lookOf("running").label, "Running");
  for (const state of ["hibernating", "", "toString", "__proto__"]) assert.equal(lookOf(state).label, "No state");
});

test("a reason is told where it says more than the state", () => {
  const machine = { state: "paused" } as Domain;
  assert.equal(reasonOf({ ...machine, reason: "user" }), "");
  assert.equal(reasonOf({ ...machine, reason: "I/O error" }), "I/O error");
  assert.equal(reasonOf(machine), "");
});
