import assert from "node:assert/strict";
import { test } from "node:test";
import { componentOf, format, frameName, frameUrl, parse, withHash, pageRoot } from "../../../plugins/shell/src/address";

const ADDRESSES: [string, string, string][] = [
  ["/machines", "machines", ""],
  ["/machines/", "machines", ""],
  ["/machines/index", "machines", ""],
  ["/machines#/", "machines", ""],
  ["/machines#/vm?x=1#y", "machines", "/vm?x=1#y"],
  ["/system/services#/a", "system/services", "/a"],
  ["/@localhost/machines", "machines", ""],
  ["machines", "machines", ""],
];
for (const [address, component, hash] of ADDRESSES) {
  test(`${address} is a page`, () => assert.deepEqual(parse(address), { component, hash }));
}

for (const address of ["/", "", "#/x", "/../x", "/a/../b", "/a//b:c", "/cockpit/@localhost/shell/index.html", "/<b>", `/${"a".repeat(65)}`, "/a%2fb", "//evil.example/x:y"]) {
  test(`${address.slice(0, 40)} is no page`, () => assert.deepEqual(parse(address), { component: "", hash: "" }));
}

test("a root in front of all addresses", () => {
  assert.deepEqual(parse("/root/machines#/a", "/root"), { component: "machines", hash: "/a" });
  assert.equal(format({ component: "machines", hash: "/a" }, "/root"), "/root/machines#/a");
});

test("format and parse agree", () => {
  for (const place of [{ component: "machines", hash: "" }, { component: "a/b/c", hash: "/x?y=z" }]) {
    assert.deepEqual(parse(format(place)), place);
  }
});

test("a frame's file and name", () => {
  const base = "http://h/cockpit/@localhost/shell/index.html";
  assert.equal(frameUrl({ component: "machines", hash: "" }, base, null), "http://h/cockpit/@localhost/machines/index.html");
  assert.equal(frameUrl({ component: "system/logs", hash: "/a" }, base, null), "http://h/cockpit/@localhost/system/logs.html#/a");
  assert.equal(frameUrl({ component: "machines", hash: "" }, "http://h/cockpit/$old/shell/index.html", "new"), "http://h/cockpit/$new/machines/index.html");
  assert.equal(withHash("http://h/cockpit/$new/machines/index.html#/a#b", "/c"), "http://h/cockpit/$new/machines/index.html#/c");
  assert.equal(frameName("system/logs"), "cockpit1:localhost/system/logs");
  assert.equal(componentOf("cockpit1:localhost/system/logs"), "system/logs");
  assert.equal(componentOf("other"), null);
});

test("each host that one logged in to has addresses of its own", () => {
  assert.equal(pageRoot("", "cockpit"), "");
  assert.equal(pageRoot("/x", "cockpit+tool"), "/x");
  assert.equal(pageRoot("/x", "cockpit+=a:22"), "/x/=a:22");
});
