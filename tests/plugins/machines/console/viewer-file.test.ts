import assert from "node:assert/strict";
import { test } from "node:test";
import { viewerFile, viewerOf } from "../../../../plugins/machines/src/console/viewer-file";

test("a file for virt-viewer, to which a name adds nothing", () => {
  const viewer = viewerOf({ order: 0, kind: "graphics", type: "spice", port: "5900", listen: "0.0.0.0" }, "host", "a\nproxy=evil\r[x]");
  assert.ok(viewer);
  assert.deepEqual(viewerFile(viewer).split("\n"), [
    "[virt-viewer]", "type=spice", "host=host", "port=5900", "title=a proxy=evil [x]", "delete-this-file=1", "",
  ]);
});

test("what has no port has no file", () => {
  assert.equal(viewerOf({ order: 0, kind: "graphics", type: "vnc", port: "-1" }, "host", "a"), null);
  assert.equal(viewerOf({ order: 0, kind: "graphics", type: "sdl", port: "1" }, "host", "a"), null);
});
