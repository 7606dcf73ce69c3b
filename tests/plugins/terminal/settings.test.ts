import assert from "node:assert/strict";
import { test } from "node:test";
import { DEFAULT_SETTINGS, parseSettings } from "../../../plugins/terminal/src/settings";

test("what was stored is read again", () => {
  const settings = { fontSize: 20, screenReader: true };
  assert.deepEqual(parseSettings(JSON.stringify(settings)), settings);
});

test("what makes no sense counts as not there", () => {
  for (const text of [null, "", "null", "nonsense", "[]", '{"fontSize": 7}', '{"fontSize": 4000}', '{"fontSize": "14"}', '{"screenReader": 1}'])
    assert.deepEqual(parseSettings(text), DEFAULT_SETTINGS);
});
