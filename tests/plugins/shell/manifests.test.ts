import assert from "node:assert/strict";
import { test } from "node:test";
import { checksumOf, docsOf, entries, entryOf, firstEntry, localesOf, preloads } from "../../../plugins/shell/src/manifests";

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

test("a page that is in no navigation belongs to whom its package says, and has its documentation", () => {
  const manifests = {
    ...MANIFESTS,
    network: { parent: { component: "system/logs", docs: [{ label: "Networks", url: "https://x/networks" }] } },
    firewall: { menu: { index: { label: "Firewall", docs: [{ label: "Walls", url: "https://x/walls" }, { label: "Bad", url: "javascript:alert(1)" }, { label: 5 }] } } },
  };
  const list = entries(manifests);
  const entry = entryOf(list, "network/deep", manifests);
  assert.equal(entry?.label, "Logs");
  assert.deepEqual(docsOf(manifests, entry, "network/deep"), [{ label: "Networks", url: "https://x/networks" }]);
  assert.deepEqual(docsOf(manifests, entryOf(list, "firewall", manifests), "firewall"), [{ label: "Walls", url: "https://x/walls" }]);
  assert.deepEqual(docsOf(null, undefined, "x"), []);
});

test("keywords lead somewhere, have a weight, and are translated unless told", () => {
  const keywords = [{ matches: ["a", 5], goto: "/x/y", weight: 1, translate: false }, { matches: ["b"] }, null, { matches: "c" }];
  const [entry] = entries({ x: { menu: { index: { label: "X", keywords } } } });
  assert.deepEqual(entry?.keywords, [
    { matches: ["a"], goto: "/x/y", weight: 1, translate: false },
    { matches: ["b"], goto: null, weight: 3, translate: true },
    { matches: [], goto: null, weight: 3, translate: true },
  ]);
});

test("the languages are those that the shell's manifest names", () => {
  assert.deepEqual(localesOf({ shell: { locales: { en: "English", de: "Deutsch", xx: 5 } } }), { en: "English", de: "Deutsch" });
  assert.deepEqual([localesOf(null), localesOf({ shell: { locales: [] } })], [{}, {}]);
});

for (const junk of [null, [], "x", { a: null }, { a: { menu: [] } }, { a: { menu: { index: null } } }, { a: { menu: { index: { label: 5 } } } }, { "../x": { menu: { index: { label: "x" } } } }]) {
  test(`${JSON.stringify(junk)} has no pages`, () => assert.deepEqual(entries(junk), []));
}

test("the checksum of all packages is no package", () => {
  const checksum = "0a".repeat(32);
  assert.equal(checksumOf({ ".checksum": checksum, ...MANIFESTS }), checksum);
  assert.deepEqual(entries({ ".checksum": checksum, ...MANIFESTS }), entries(MANIFESTS));
  for (const junk of [null, {}, { ".checksum": 5 }, { ".checksum": "../x" }, { ".checksum": `${checksum}/` }]) assert.equal(checksumOf(junk), null);
});

test("entries with one label say of which package they are, the others do not", () => {
  const twice = entries({ ...MANIFESTS, system: { tools: { terminal: { label: "Terminal" }, services: { label: "Services" } } } });
  const qualifiers = Object.fromEntries(twice.map(({ component, qualifier }) => [component, qualifier]));
  assert.deepEqual(qualifiers, { machines: null, terminal: "terminal", "system/services": null, "system/terminal": "system" });
});

test("pages to run unseen", () => {
  assert.deepEqual(preloads({ updates: { preload: ["index", "other", 5, "../x"] }, a: { preload: "index" }, b: {} }), ["updates", "updates/other"]);
  assert.deepEqual(preloads(null), []);
});
