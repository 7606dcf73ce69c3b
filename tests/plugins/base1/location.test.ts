import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { location } from "../../../plugins/base1/src/location";

const place = {
  pathname: "/cockpit/@localhost/p/index.html",
  hash: "",
  replaced: "",
  replace(address: string) {
    this.replaced = address;
    this.hash = address.slice(address.indexOf("#"));
  },
};
(globalThis as { window?: unknown }).window = { location: place };
(globalThis as { document?: unknown }).document = { querySelector: () => ({ content: "/below" }) };

beforeEach(() => {
  place.hash = "";
});

const PLACES: [string, string[], Record<string, string | string[]>][] = [
  ["", [], {}],
  ["#/", [], {}],
  ["#/a/b", ["a", "b"], {}],
  ["#/a%2Fb/c%20d?x=1&y=a%26b", ["a/b", "c d"], { x: "1", y: "a&b" }],
  ["#/l?tag=a&tag=b&tag=c", ["l"], { tag: ["a", "b", "c"] }],
  ["#/a/../b/./c", ["b", "c"], {}],
  ["#/../../x", ["x"], {}],
  ["#/bad%zz?q=%zz", ["bad%zz"], { q: "%zz" }],
  ["#/x?flag&e=a=b", ["x"], { flag: "", e: "a=b" }],
];
for (const [hash, path, options] of PLACES) {
  test(`${hash || "nothing"} is a path and options`, () => {
    place.hash = hash;
    assert.deepEqual(location().path, path);
    assert.deepEqual(location().options, options);
  });
}

test("what encode makes decode takes apart", () => {
  for (const [path, options] of [
    [["a/b", "ü €", "x?y#z"], { "a&b": "c=d", list: ["1", "2"], empty: "", plus: "a+b c" }],
    [[], {}],
  ] as [string[], Record<string, string | string[]>][]) {
    const found = {};
    assert.deepEqual(location().decode(location().encode(path, options), found), path);
    assert.deepEqual(found, options);
  }
});

test("go and replace move, relative addresses start from here", () => {
  place.hash = "#/a/b";
  location().go(["c", "d"], { x: "1" });
  assert.equal(place.hash, "/c/d?x=1");
  place.hash = "#/c/d";
  location().go("../e?y=2");
  assert.equal(place.hash, "/e?y=2");
  place.hash = "#/e";
  location().replace("/f");
  assert.equal(place.replaced, "/cockpit/@localhost/p/index.html#/f");
});

test("an object of a place that was left moves nobody", () => {
  place.hash = "#/a";
  const old = location();
  assert.equal(location(), old);
  place.hash = "#/b";
  old.go(["c"]);
  assert.equal(place.hash, "#/b");
});

test("an address of the whole console begins with what all of them do", () => {
  assert.equal(location().url_root, "below");
  assert.equal(location().encode(["a"], { b: "c" }, true), "/below/a?b=c");
  assert.equal(location().encode(["a"]), "/a");
});

test("one may go to a place", () => {
  place.hash = "#/a?b=c";
  const there = location();
  place.hash = "#/other";
  location().go(there);
  assert.equal(place.hash, "/a?b=c");
});
