import assert from "node:assert/strict";
import { test } from "node:test";
import { attachments, countMachines, isLive, namesOf } from "../../../plugins/networks/src/attachments";
import type { Machine, Network } from "../../../plugins/networks/src/model";

const network = (name: string, more: Partial<Network> = {}): Network => ({
  name, mode: "nat", dhcp: true, active: true, persistent: true, autostart: false, ...more,
});
const machine = (name: string, interfaces: Machine["interfaces"] = {}, state = "running"): Machine => ({ name, state, interfaces });

const NETWORKS = { a: network("default", { bridge: "virbr0" }), b: network("-rf") };
const MACHINES = {
  1: machine("web", { "52:54:00:00:00:01": { type: "network", source: "default" }, "52:54:00:00:00:02": { type: "network", source: "-rf" } }),
  2: machine("db", { "52:54:00:00:00:03": { type: "bridge", source: "virbr0" }, "52:54:00:00:00:03#1": { type: "network", source: "default" } }),
  3: machine("alone", { "52:54:00:00:00:04": { type: "user" }, "52:54:00:00:00:05": { type: "direct", source: "default" } }),
  4: machine("none", undefined, "shut off"),
};

test("a machine is on a network by its name or by its bridge", () => {
  const found = attachments(NETWORKS.a, MACHINES);
  assert.deepEqual(found.map(({ machine: { name }, mac }) => [name, mac]), [
    ["db", "52:54:00:00:00:03"],
    ["db", "52:54:00:00:00:03"],
    ["web", "52:54:00:00:00:01"],
  ]);
  assert.deepEqual(namesOf(found), ["db", "web"]);
  assert.deepEqual(attachments(NETWORKS.b, MACHINES).map(({ key }) => key), ["1"]);
});

test("each machine counts once on each network", () => {
  assert.deepEqual([...countMachines(NETWORKS, MACHINES)].sort(), [["a", 2], ["b", 1]]);
});

test("a machine that is off loses nothing when a network stops", () => {
  assert.deepEqual(["running", "paused", "shut off", "crashed"].map((state) => isLive(machine("x", {}, state))), [true, true, false, false]);
});
