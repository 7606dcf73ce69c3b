import assert from "node:assert/strict";
import { test } from "node:test";
import { entryOf, nameOf, shownIn } from "../../../plugins/networks/src/entries";

test("what is typed in becomes an entry without what is empty", () => {
  assert.deepEqual(entryOf("host", { address: " 10.1.0.5 ", mac: "52:54:00:00:00:01", name: "", duid: "" }), { address: "10.1.0.5", mac: "52:54:00:00:00:01" });
  assert.deepEqual(entryOf("dns_host", { address: "10.1.0.5", hostnames: "a, b  c" }), { address: "10.1.0.5", hostnames: ["a", "b", "c"] });
  assert.deepEqual(entryOf("range", { start: "", end: "" }), {});
});

test("an entry is named by what identifies it", () => {
  assert.equal(nameOf("range", { start: "10.1.0.5", end: "10.1.0.9" }), "10.1.0.5-10.1.0.9");
  assert.equal(nameOf("host", { mac: "52:54:00:00:00:01" }), "52:54:00:00:00:01");
  assert.equal(shownIn({ hostnames: ["a", "b"] }, "hostnames"), "a, b");
  assert.equal(shownIn({}, "name"), "");
});
