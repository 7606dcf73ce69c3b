import assert from "node:assert/strict";
import { test } from "node:test";
import { lineOf } from "../../../../plugins/machines/src/details/xml-errors";

const XML = "<domain>\n  <name>a</name>\n  <devices>\n    <nonsense/>\n    <disk cache='x'/>\n  </devices>\n</domain>";

test("the line that the message says", () => assert.equal(lineOf("The XML cannot be read: mismatched tag: line 3, column 7", XML), 3));
test("the line of what libvirt names", () => {
  assert.equal(lineOf("XML document failed to validate against schema: Unable to validate doc against /x.rng\nExtra element nonsense in interleave", XML), 4);
  assert.equal(lineOf("Unable to validate doc\nElement domain has extra content: nonsense", XML), 4);
  assert.equal(lineOf("Type x doesn't allow value 'x'\nElement domain failed to validate content", XML), 5);
  assert.equal(lineOf("Invalid attribute cache for element disk", XML), 5);
});
test("no line where none is named", () => {
  assert.equal(lineOf("operation failed", XML), undefined);
  assert.equal(lineOf("mismatched tag: line 999, column 7", XML), undefined);
});
