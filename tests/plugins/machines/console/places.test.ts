import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { isLocal, placesOf } from "../../../../plugins/machines/src/console/places";
import type { Device, FollowedDomain } from "../../../../plugins/machines/src/details/model";

const LOCAL = "qemu:///system";
const machine = (devices: Record<string, Partial<Device>>): FollowedDomain => ({
  xml: "",
  devices: Object.fromEntries(Object.entries(devices).map(([key, device], order) => [key, { order, kind: key.split(":")[0] ?? "", ...device }])),
});

describe("placesOf", () => {
  test("a screen on a socket, on a port, and on none yet", () => {
    const where = (device: Partial<Device>) => placesOf(machine({ "graphics:vnc": { type: "vnc", ...device } }), LOCAL).map((place) => place.kind === "vnc" && place.open);
    assert.deepEqual(where({ socket: "/run/vnc" }), [{ unix: "/run/vnc" }]);
    assert.deepEqual(where({ port: "5901", listen: "127.0.0.1" }), [{ port: 5901, address: "127.0.0.1" }]);
    assert.deepEqual(where({ port: "5901", listen: "0.0.0.0" }), [{ port: 5901, address: "127.0.0.1" }]);
    assert.deepEqual(where({ port: "-1" }), []);
    assert.deepEqual(where({ port: "5901; id" }), []);
  });

  test("a port of another host is not one of this", () => {
    const screen = machine({ "graphics:vnc": { type: "vnc", port: "5900" } });
    assert.deepEqual(placesOf(screen, "qemu+ssh://other/system"), []);
    assert.ok(isLocal("qemu+unix:///system?socket=/x"));
    assert.ok(!isLocal("qemu+tls://other/system"));
  });

  test("the console that is the first serial port is one", () => {
    const found = placesOf(machine({
      "serial:0": { type: "pty", alias: "serial0", source: "/dev/pts/1", target: "0" },
      "serial:1": { type: "pty", alias: "serial1", source: "/dev/pts/2", target: "1" },
      "console:0": { type: "pty", alias: "serial0", source: "/dev/pts/1", target: "0" },
    }), LOCAL);
    assert.deepEqual(found.map(({ key }) => key), ["serial:0", "serial:1"]);
  });

  test("a container has a console and no serial port", () => {
    const found = placesOf(machine({ "console:0": { type: "pty", alias: "console0", target: "0" } }), "lxc:///");
    assert.deepEqual(found.map(({ key }) => key), ["console:0"]);
  });
});
