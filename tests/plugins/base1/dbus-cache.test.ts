import assert from "node:assert/strict";
import { test } from "node:test";
import { isWithin, ObjectCache, type Properties } from "../../../plugins/base1/src/dbus-cache";

test("changes add up; null forgets; followers hear all there is, the object's before the interface's", () => {
  const cache = new ObjectCache();
  const heard: unknown[] = [];
  const follower = (name: string) => (properties: Properties | null, path: string) => void heard.push([name, path, properties]);
  cache.followInterface("org.I", follower("all"));
  const stop = cache.followObject("/a", "org.I", follower("one"));
  cache.apply({ "/a": { "org.I": { P: 1, Q: 2 }, "org.J": { P: 0 } } });
  cache.apply({ "/a": { "org.I": { P: 3 } }, "/b": { "org.I": {} } });
  assert.deepEqual(cache.lookup("/a", "org.I"), { P: 3, Q: 2 });
  assert.deepEqual(cache.paths("org.I"), ["/a", "/b"]);
  stop();
  cache.apply({ "/a": { "org.I": null } });
  assert.equal(cache.lookup("/a", "org.I"), null);
  assert.deepEqual(heard, [
    ["one", "/a", { P: 1, Q: 2 }],
    ["all", "/a", { P: 1, Q: 2 }],
    ["one", "/a", { P: 3, Q: 2 }],
    ["all", "/a", { P: 3, Q: 2 }],
    ["all", "/b", {}],
    ["all", "/a", null],
  ]);
});

test("what was not there does not go away; clear lets everything go", () => {
  const cache = new ObjectCache();
  const heard: string[] = [];
  cache.followInterface("org.I", (properties, path) => void heard.push(`${path} ${properties === null}`));
  cache.apply({ "/a": { "org.I": null } });
  cache.apply({ "/b": { "org.I": {} } });
  cache.clear();
  assert.deepEqual(heard, ["/b false", "/b true"]);
});

for (const [path, namespace, expected] of [["/a", "/", true], ["/a", "/a", true], ["/a/b", "/a", true], ["/ab", "/a", false]] as const) {
  test(`${path} is ${expected ? "" : "not "}within ${namespace}`, () => assert.equal(isWithin(path, namespace), expected));
}
