import assert from "node:assert/strict";
import { test } from "node:test";
import { formatPlace, machinePath, parsePlace } from "../../../plugins/networks/src/address";

const ID = "00000000-0000-4000-8000-00000000000a";

test("a place goes into the address and comes back", () => {
  const place = { id: ID, connection: "qemu+ssh://a@b/system?x=1", view: "picture" } as const;
  assert.deepEqual(parsePlace(formatPlace(place)), place);
  assert.deepEqual(formatPlace({}), {});
});

test("what makes no sense counts as not there", () => {
  assert.deepEqual(parsePlace({ view: "bogus", id: [ID.toUpperCase(), "x"] }), { id: ID, connection: "", view: "list" });
});

test("a machine's page is addressed by its UUID", () => {
  assert.equal(machinePath(ID, ""), `/machines#/machine?id=${ID}`);
  assert.equal(machinePath(ID, "qemu:///session"), `/machines#/machine?id=${ID}&connection=qemu%3A%2F%2F%2Fsession`);
});
