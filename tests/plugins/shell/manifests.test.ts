import assert from "node:assert/strict";
import { test } from "node:test";
import { entries, entryOf, firstEntry } from "../../../plugins/shell/src/manifests";

const MANIFESTS = {
  terminal: { tools: { index: { label: "Terminal", order: 100 } } },
  machines: { menu: { index: { label: "Virtual machines", order: 60 } } },
  system: {
    menu: { index: { label: "Overview", order: 5 }, logs: { label: "Logs", path: "logs.html", order: 60 } },
    tools: { services: { label: "Services" }, deep: { label: "Deep", path: "/sub/deep.html" } },
  },
  base1: {},
};

test("the menu comes first, then by order and label; paths name the page's file", () => {
  const found = entries(MANIFESTS).map(({ component, label }) => [component, label]);
  assert.deepEqual(found, [
    ["system", "Overview"],
    ["system/logs", "Logs"],
    ["machines", "Virtual machines"],
    ["terminal", "Terminal"],
    ["system/sub/deep", "Deep"],
    ["system/services", "Services"],
  ]);
});

test("the machines are shown first, else what comes first", () => {
  assert.equal(firstEntry(entries(MANIFESTS))?.component, "machines");
  assert.equal(firstEntry(entries({ terminal: MANIFESTS.terminal }))?.component, "terminal");
  assert.equal(firstEntry([]), undefined);
});

test("a page without an entry belongs to one of its package", () => {
  const list = entries(MANIFESTS);
  assert.equal(entryOf(list, "system/services")?.label, "Services");
  assert.equal(entryOf(list, "system/other")?.label, "Overview");
  assert.equal(entryOf(list, "nothing"), undefined);
});

for (const junk of [null, [], "x", { a: null }, { a: { menu: [] } }, { a: { menu: { index: null } } }, { a: { menu: { index: { label: 5 } } } }, { "../x": { menu: { index: { label: "x" } } } }]) {
  test(`${JSON.stringify(junk)} has no pages`, () => assert.deepEqual(entries(junk), []));
}
