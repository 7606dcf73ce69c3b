import assert from "node:assert/strict";
import { test } from "node:test";
import { asPayload, decode, decodeControl, encode, join, pieces } from "../../../plugins/base1/src/frames";

test("text and bytes go to the wire and come back", () => {
  assert.equal(encode("1:2", "a\nb"), "1:2\na\nb");
  assert.deepEqual(decode("1:2\na\nb"), { channel: "1:2", payload: "a\nb" });
  const bytes = encode("1:2", Uint8Array.of(10, 0, 255)) as Uint8Array;
  assert.deepEqual([...bytes], [49, 58, 50, 10, 10, 0, 255]);
  const frame = decode(bytes.buffer as ArrayBuffer);
  assert.equal(frame?.channel, "1:2");
  assert.deepEqual([...(frame?.payload as Uint8Array)], [10, 0, 255]);
});

test("what has no newline is no frame", () => {
  assert.equal(decode("abc"), null);
  assert.equal(decode(Uint8Array.of(1, 2)), null);
});

for (const payload of ["", "null", "[]", "{}", '{"command":1}', "{", "\u0000"]) {
  test(`${JSON.stringify(payload)} is no control message`, () => assert.equal(decodeControl(payload), null));
}

test("numbers, buffers and views are bytes", () => {
  assert.deepEqual(asPayload([1, 2]), Uint8Array.of(1, 2));
  assert.deepEqual(asPayload(Uint8Array.of(3).buffer), Uint8Array.of(3));
  assert.deepEqual(asPayload(new DataView(Uint8Array.of(1, 2, 3).buffer, 1)), Uint8Array.of(2, 3));
});

test("pieces are small, whole characters, and nothing is lost", () => {
  for (const text of ["", "é".repeat(50_000), "😀".repeat(30_001), `x${"😀".repeat(30_001)}`]) {
    const parts = [...pieces(text)];
    assert.equal(join(parts, false), text);
    for (const part of parts) {
      assert.ok(new TextEncoder().encode(part as string).length <= 64 * 1024 + 4);
      assert.doesNotThrow(() => encodeURIComponent(part as string));
    }
  }
  const bytes = new Uint8Array(200_000).map((_, index) => index);
  assert.deepEqual(join([...pieces(bytes)], true), bytes);
});
