import assert from "node:assert/strict";
import { test } from "node:test";
import { formatAddress, parseAddress } from "../../../../plugins/machines/src/details/address";

const ID = "00000000-0000-4000-8000-00000000000a";

test("an address is read and written", () => {
  const address = { id: ID, connection: "qemu+ssh://a/system", tab: "xml" as const };
  assert.deepEqual(parseAddress(formatAddress(address)), address);
  assert.deepEqual(formatAddress({ id: ID }), { id: ID });
});
test("what makes no sense counts as not there", () => {
  assert.deepEqual(parseAddress({ id: [ID.toUpperCase(), "x"], tab: "nonsense" }), { id: ID, connection: "", tab: "overview" });
});
