import assert from "node:assert/strict";
import { test } from "node:test";
import { isOutOfReach, viewerFile, viewerOf } from "../../../../plugins/machines/src/console/viewer-file";

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

test("SPICE over TLS has its port, and VNC none of that name", () => {
  const device = { order: 0, kind: "graphics", port: "-1", tls_port: "5901", listen: "" };
  const viewer = viewerOf({ ...device, type: "spice" }, "host", "a");
  assert.ok(viewer);
  assert.deepEqual(viewerFile(viewer).split("\n"), ["[virt-viewer]", "type=spice", "host=host", "tls-port=5901", "title=a", "delete-this-file=1", ""]);
  assert.equal(viewerOf({ ...device, type: "vnc" }, "host", "a"), null);
});

test("what listens on loopback is of use on its own host alone", () => {
  const viewer = viewerOf({ order: 0, kind: "graphics", type: "vnc", port: "5900", listen: "127.0.0.1" }, "host", "a");
  assert.ok(viewer);
  assert.equal(isOutOfReach(viewer, "host"), true);
  assert.equal(isOutOfReach(viewer, "localhost"), false);
  assert.equal(isOutOfReach({ ...viewer, host: "192.0.2.1" }, "host"), false);
});
