import assert from "node:assert/strict";
import { test } from "node:test";
import { missingParts } from "../../../plugins/shell/src/missing-parts";

const page = (...timings: object[]) => ({ performance: { getEntriesByType: () => timings } }) as unknown as Window;

test("scripts and styles that were not there are told; what came, fonts and fetches are not", () => {
  const base = "http://h/cockpit/@localhost/x";
  const told = missingParts(
    page(
      { initiatorType: "script", responseStatus: 404, name: `${base}/index.js?v=1` },
      { initiatorType: "link", responseStatus: 502, name: `${base}/style/index.css` },
      { initiatorType: "script", responseStatus: 200, name: `${base}/fine.js` },
      { initiatorType: "script", name: `${base}/unknown.js` },
      { initiatorType: "fetch", responseStatus: 404, name: `${base}/data.js` },
      { initiatorType: "link", responseStatus: 404, name: `${base}/icon.svg` },
    ),
  );
  assert.deepEqual(told, ["Its file x/index.js could not be loaded (status 404).", "Its file x/style/index.css could not be loaded (status 502)."]);
});
