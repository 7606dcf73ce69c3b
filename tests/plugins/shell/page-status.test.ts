import assert from "node:assert/strict";
import { test } from "node:test";
import { asStatus, StatusStore } from "../../../plugins/shell/src/page-status";

test("what the navigation shows needs a type it knows; the title may be missing", () => {
  assert.deepEqual(asStatus({ type: "warning", title: "Updates" }), { type: "warning", title: "Updates" });
  assert.deepEqual(asStatus({ type: "error" }), { type: "error", title: "error" });
  for (const other of [null, "x", {}, { type: null, title: "checking" }, { type: "fatal" }]) assert.equal(asStatus(other), null);
});

test("the store has what each page said last, by host and page, and begins empty", () => {
  const written: unknown[] = [];
  const store = new StatusStore({ setItem: (key, value) => void written.push([key, JSON.parse(value)]) });
  store.set("updates", { type: null, details: { pficon: "spinner" } });
  store.set("system/services", { type: "error", title: "1 failed" });
  store.set("updates", null);
  const said = { updates: { type: null, details: { pficon: "spinner" } }, "system/services": { type: "error", title: "1 failed" } };
  assert.deepEqual(written, [
    ["cockpit:page_status", { localhost: {} }],
    ["cockpit:page_status", { localhost: { updates: said.updates } }],
    ["cockpit:page_status", { localhost: said }],
    ["cockpit:page_status", { localhost: { "system/services": said["system/services"] } }],
  ]);
});
