import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { MOST, SavedConnections, isUri } from "../../../../plugins/lib/libvirt/saved-connections";

/** A file that holds what it is given. */
function fileWith(content: unknown) {
  const watchers: ((content: unknown) => void)[] = [];
  const file = {
    content,
    watch: (callback: (content: unknown) => void) => {
      watchers.push(callback);
      callback(file.content);
    },
    modify: async (change: (content: unknown) => unknown) => {
      file.content = change(file.content);
      for (const watcher of watchers) watcher(file.content);
    },
  };
  return file;
}

describe("SavedConnections", () => {
  test("what is added is there and in the file, each once, until it is removed", async () => {
    const file = fileWith(null);
    const saved = new SavedConnections(file);
    await saved.add("lxc:///");
    await saved.add("qemu:///session");
    await saved.add("lxc:///");
    assert.deepEqual(saved.getSnapshot(), ["qemu:///session", "lxc:///"]);
    await saved.remove("qemu:///session");
    assert.deepEqual(file.content, { connections: ["lxc:///"] });
  });

  test("a file that somebody edited is taken as far as it makes sense, and its other members stay", async () => {
    for (const content of [null, 5, [], { connections: "lxc:///" }]) assert.deepEqual(new SavedConnections(fileWith(content)).getSnapshot(), []);
    const file = fileWith({ other: 1, connections: ["lxc:///", 7, "no uri", "lxc:///"] });
    const saved = new SavedConnections(file);
    assert.deepEqual(saved.getSnapshot(), ["lxc:///"]);
    await saved.add("xen:///");
    assert.deepEqual(file.content, { other: 1, connections: ["lxc:///", "xen:///"] });
  });

  test("there is a most", async () => {
    const saved = new SavedConnections(fileWith(null));
    for (let number = 0; number < MOST + 3; number++) await saved.add(`test:///${number}`);
    assert.equal(saved.getSnapshot().length, MOST);
  });

  test("another tab's change is heard, the same again is not", () => {
    const file = fileWith({ connections: [] });
    const saved = new SavedConnections(file);
    let heard = 0;
    saved.subscribe(() => heard++);
    void file.modify(() => ({ connections: ["lxc:///"] }));
    void file.modify((content) => content);
    assert.equal(heard, 1);
  });
});

test("what can be a URI", () => {
  for (const text of ["qemu:///system", "qemu+ssh://me@host/system?keyfile=a", "lxc:///", "test:///x.xml"]) assert.ok(isUri(text), text);
  for (const text of ["", "system", "-c", "qemu:", "qemu:// x", `test:///${"x".repeat(2000)}`]) assert.ok(!isUri(text), text);
});
