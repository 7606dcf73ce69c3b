import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { locale } from "../../../plugins/base1/src/gettext";
import { dateTime, duration } from "../../../plugins/overview/src/dates";

afterEach(() => locale(null));

test("how long something lasts is said in its largest unit", () => {
  const MINUTE = 60_000;
  assert.deepEqual([0, MINUTE, 119 * MINUTE, 25 * 60 * MINUTE, 72 * 60 * MINUTE].map(duration), ["0 minutes", "1 minute", "1 hour", "1 day", "3 days"]);
});

test("points in time are in the language's notation", () => {
  const at = new Date(2026, 2, 1, 15, 30).getTime();
  assert.match(dateTime(at), /Mar 1, 2026, 3:30\sPM/);
  locale({ "": { language: "de" } });
  assert.match(dateTime(at), /01\.03\.2026, 15:30/);
});
