import assert from "node:assert/strict";
import { test } from "node:test";
import { TEXT_MAX, keysyms } from "../../../../plugins/machines/src/console/typing";

test("characters are keysyms", () => {
  assert.deepEqual(keysyms("aÿ€\u{1f600}"), [0x61, 0xff, 0x1000000 + 0x20ac, 0x1000000 + 0x1f600]);
  assert.deepEqual(keysyms("\r\n\n\t"), [0xff0d, 0xff0d, 0xff09]);
  assert.deepEqual(keysyms("\0\x1b\x7f"), [], "no control characters");
});

test("there is a bound", () => assert.equal(keysyms("x".repeat(TEXT_MAX + 1)).length, TEXT_MAX));
