import assert from "node:assert/strict";
import { test } from "node:test";
import type { Machine, Network } from "../../../plugins/networks/src/model";
import { GROUPED, HEIGHT, graphOf, layout } from "../../../plugins/networks/src/topology";

const network = (name: string, mode: string, more: Partial<Network> = {}): Network => ({
  name, mode, dhcp: false, active: true, persistent: true, autostart: false, ...more,
});
const on = (name: string, ...plugs: [type: string, source: string][]): Machine => ({
  name, state: "running", interfaces: Object.fromEntries(plugs.map(([type, source], index) => [`52:54:00:00:00:0${index}`, { type, source }])),
});

const NETWORKS = {
  nat: network("nat", "nat", { bridge: "virbr0" }),
  lan: network("lan", "bridge", { bridge: "br0" }),
  iso: network("iso", "isolated", { bridge: "virbr1" }),
  tap: network("tap", "macvtap", { device: "eno1" }),
};

const lines = (machines: Readonly<Record<string, Machine>>) => graphOf(NETWORKS, machines, new Set()).lines.map((line) => line.join(" > ")).sort();

test("networks lead to the host's bridges, devices and routes", () => {
  assert.deepEqual(lines({}), ["network lan > bridge br0", "network nat > host", "network tap > device eno1"]);
});

test("machines are joined to networks by name, to their bridges, and to what no network has", () => {
  const found = lines({
    1: on("one", ["network", "nat"], ["bridge", "virbr1"]),
    2: on("two", ["bridge", "br0"], ["direct", "eno2"]),
    3: on("three", ["network", "gone"], ["user", ""]),
  });
  assert.deepEqual(found.filter((line) => line.startsWith("machine")), [
    "machine 1 > network iso", "machine 1 > network nat", "machine 2 > bridge br0", "machine 2 > device eno2", "machine 3 > missing gone",
  ]);
});

test("many machines that are joined to the same are one, until each is asked for", () => {
  const many = Object.fromEntries(Array.from({ length: 200 }, (_none, index) => [String(index), on(`vm${index}`, ["network", index < 150 ? "nat" : "iso"])]));
  const closed = graphOf(NETWORKS, many, new Set());
  assert.deepEqual(closed.nodes.filter(({ column }) => column === 0).map(({ label }) => label), ["150", "50"]);
  const opened = graphOf(NETWORKS, many, new Set(["network nat"]));
  assert.equal(opened.nodes.filter(({ kind }) => kind === "machine").length, 150);
  const few = Object.fromEntries(Object.entries(many).slice(0, GROUPED - 1));
  assert.equal(graphOf(NETWORKS, few, new Set()).nodes.some(({ kind }) => kind === "group"), false);
});

test("nodes of a column do not lie on one another, and are where what they are joined to is", () => {
  const machines = { 1: on("z", ["network", "iso"]), 2: on("a", ["network", "tap"]), 3: on("m", ["network", "lan"]) };
  const { nodes, height } = layout(graphOf(NETWORKS, machines, new Set()));
  assert.deepEqual(nodes.filter(({ column }) => column === 1).map(({ label }) => label), ["iso", "lan", "nat", "tap"]);
  assert.deepEqual(nodes.filter(({ column }) => column === 0).map(({ label }) => label), ["z", "m", "a"]);
  for (const column of [0, 1, 2]) {
    const tops = nodes.filter((node) => node.column === column).map(({ y }) => y);
    tops.forEach((y, index) => assert.ok(index === 0 || y - (tops[index - 1] ?? 0) >= HEIGHT));
    assert.ok(tops.every((y) => y >= 0 && y + HEIGHT <= height));
  }
});
