import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { locale } from "../../../plugins/base1/src/gettext";
import { entries } from "../../../plugins/shell/src/manifests";
import { placeOf, search } from "../../../plugins/shell/src/search";

const LIST = entries({
  system: {
    menu: {
      index: {
        label: "Overview",
        keywords: [{ matches: ["time", "power"] }, { matches: ["pci", "memory"], goto: "/system/hwinfo" }, { matches: ["motd"], goto: "#/login" }],
      },
      logs: { label: "Logs", keywords: [{ matches: ["journal", "warning"] }, { matches: ["power"], weight: 1 }] },
    },
  },
  terminal: { tools: { index: { label: "Terminal", keywords: [{ matches: ["bash"], translate: false }] } } },
});

const found = (typed: string) => search(LIST, typed).map((hit) => [placeOf(hit), hit.keyword]);

afterEach(() => locale(null));

test("nothing is found where nothing was typed, or nothing fits", () => {
  assert.deepEqual(found("  "), []);
  assert.deepEqual(found("xyzzy"), []);
});

test("labels and keywords are found by their parts, the beginning of a word before its middle", () => {
  assert.deepEqual(found("TERM"), [["/terminal", null]]);
  assert.deepEqual(found("log"), [["/system/logs", null]]);
  assert.deepEqual(found("urnal"), [["/system/logs", "journal"]]);
});

test("a keyword leads where its manifest says: in the console, or in the page", () => {
  assert.deepEqual(found("pci"), [["/system/hwinfo", "pci"]]);
  assert.deepEqual(found("motd"), [["/system#/login", "motd"]]);
});

test("the weight decides who comes first; a page is found once", () => {
  assert.deepEqual(found("power"), [["/system", "power"], ["/system/logs", "power"]]);
});

test("both languages are searched, whatever the accents", () => {
  locale({ journal: [null, "Übersicht der Meldungen"], bash: [null, "Hieb"], Logs: [null, "Protokolle"] });
  assert.deepEqual(found("meldungen"), [["/system/logs", "Übersicht der Meldungen"]]);
  assert.deepEqual(found("ubersicht"), [["/system/logs", "Übersicht der Meldungen"]]);
  assert.deepEqual([found("protokoll"), found("logs")], [[["/system/logs", null]], [["/system/logs", null]]]);
  assert.deepEqual([found("hieb"), found("bash")], [[], [["/terminal", "bash"]]]);
});
