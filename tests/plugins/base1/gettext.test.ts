import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { gettext, language, languageDirection, locale, ngettext } from "../../../plugins/base1/src/gettext";

const GERMAN = {
  "": { language: "de", "language-direction": "ltr", "plural-forms": (count: number) => count !== 1 },
  Open: [null, "Öffnen"],
  "state\u0004Open": [null, "offen"],
  "$0 machine": ["$0 machines", "$0 Maschine", "$0 Maschinen"],
  Empty: [null, ""],
};

afterEach(() => locale(null));

test("without a catalogue texts stay as they are", () => {
  assert.equal(gettext("Open"), "Open");
  assert.equal(ngettext("$0 machine", "$0 machines", 1), "$0 machine");
  assert.equal(ngettext("$0 machine", "$0 machines", 0), "$0 machines");
  assert.equal(language(), "en");
});

test("a catalogue translates by context and number", () => {
  locale(GERMAN);
  assert.equal(language(), "de");
  assert.equal(languageDirection(), "ltr");
  assert.equal(gettext("Open"), "Öffnen");
  assert.equal(gettext("state", "Open"), "offen");
  assert.equal(gettext("other", "Open"), "Open");
  assert.equal(gettext("Empty"), "Empty");
  assert.equal(ngettext("$0 machine", "$0 machines", 1), "$0 Maschine");
  assert.equal(ngettext("$0 machine", "$0 machines", 2), "$0 Maschinen");
});

test("catalogues add up", () => {
  locale(GERMAN);
  locale({ Close: [null, "Schließen"] });
  assert.equal(gettext("Open"), "Öffnen");
  assert.equal(gettext("Close"), "Schließen");
  assert.equal(gettext("constructor"), "constructor");
});
