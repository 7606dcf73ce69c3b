/** Who is joined to what: machines, networks and bridges, devices of the host, as columns of nodes and the lines between. */

import { isLive } from "./attachments";
import type { Machine, Machines, Networks } from "./model";

export type Kind = "machine" | "group" | "network" | "bridge" | "device" | "host";

export interface Node {
  readonly id: string;
  readonly kind: Kind;
  /** Of which object it is: a machine's or network's key. */
  readonly key: string;
  /** A name; of a group how many machines it has. */
  readonly label: string;
  readonly active: boolean;
  /** Of a group: whether its machines are shown. */
  readonly open?: boolean;
  readonly column: 0 | 1 | 2;
}

export interface Graph {
  readonly nodes: readonly Node[];
  readonly lines: readonly (readonly [from: string, to: string])[];
}

/** Machines that are joined to the same are one node from so many on. */
export const GROUPED = 7;
/** What a route leads to that is bound to no device. */
const HOST: Node = { id: "host", kind: "host", key: "", label: "", active: true, column: 2 };

/** The graph; the groups in `open` show their machines. */
export function graphOf(networks: Networks, machines: Machines, open: ReadonlySet<string>): Graph {
  const nodes = new Map<string, Node>();
  const lines = new Map<string, readonly [string, string]>();
  const join = (from: string, to: string) => lines.set(`${from} ${to}`, [from, to]);
  const device = (name: string, kind: "bridge" | "device") => {
    const id = `${kind} ${name}`;
    nodes.set(id, { id, kind, key: "", label: name, active: true, column: 2 });
    return id;
  };
  const byName = new Map<string, string>();
  const byBridge = new Map<string, string>();
  for (const [key, { name, mode, bridge, device: through, active }] of Object.entries(networks)) {
    const id = `network ${key}`;
    nodes.set(id, { id, kind: "network", key, label: name, active, column: 1 });
    byName.set(name, id);
    if (mode === "bridge" && bridge) join(id, device(bridge, "bridge"));
    else if (bridge) byBridge.set(bridge, id);
    if (through) join(id, device(through, "device"));
    else if (["nat", "route", "open"].includes(mode)) {
      nodes.set(HOST.id, HOST);
      join(id, HOST.id);
    }
  }
  const ends = ({ interfaces = {} }: Machine) => [
    ...new Set(
      Object.values(interfaces).flatMap(({ type, source }) => {
        if (!source) return [];
        if (type === "network") return byName.get(source) ?? missing(nodes, source);
        if (type === "bridge") return byBridge.get(source) ?? device(source, "bridge");
        return type === "direct" ? device(source, "device") : [];
      }),
    ),
  ].sort();
  const alike = new Map<string, { ends: string[]; found: [string, Machine][] }>();
  for (const [key, machine] of Object.entries(machines)) {
    const joined = ends(machine);
    const group = alike.get(joined.join("\n")) ?? { ends: joined, found: [] };
    group.found.push([key, machine]);
    alike.set(joined.join("\n"), group);
  }
  for (const [signature, { ends: joined, found }] of alike) {
    const id = `group ${signature}`;
    const grouped = found.length >= GROUPED;
    if (grouped) {
      const active = found.some(([, machine]) => isLive(machine));
      nodes.set(id, { id, kind: "group", key: signature, label: String(found.length), active, open: open.has(signature), column: 0 });
      for (const end of joined) join(id, end);
    }
    if (grouped && !open.has(signature)) continue;
    for (const [key, machine] of found) {
      const own = `machine ${key}`;
      nodes.set(own, { id: own, kind: "machine", key, label: machine.name, active: isLive(machine), column: 0 });
      for (const end of joined) join(own, end);
    }
  }
  return { nodes: [...nodes.values()], lines: [...lines.values()] };
}

/** A network that a machine asks for and that is not there. */
function missing(nodes: Map<string, Node>, name: string): string {
  const id = `missing ${name}`;
  nodes.set(id, { id, kind: "network", key: "", label: name, active: false, column: 1 });
  return id;
}

export interface Placed extends Node {
  readonly x: number;
  readonly y: number;
}

export const WIDTH = 200;
export const HEIGHT = 40;
const GAP_X = 110;
const GAP_Y = 14;
const MARGIN = 12;

export interface Layout {
  readonly nodes: readonly Placed[];
  readonly lines: Graph["lines"];
  readonly width: number;
  readonly height: number;
}

/** Networks by name; what is beside them at the height of what it is joined to, so that lines cross little. */
export function layout({ nodes, lines }: Graph): Layout {
  const columns = ([0, 1, 2] as const).map((column) => nodes.filter((node) => node.column === column));
  const [left = [], middle = [], right = []] = columns;
  const order = new Map<string, number>();
  const byLabel = (a: Node, b: Node) => a.label.localeCompare(b.label, undefined, { numeric: true }) || a.id.localeCompare(b.id);
  const number = (sorted: readonly Node[]) => sorted.forEach(({ id }, index) => order.set(id, index));
  const neighbours = new Map<string, string[]>();
  for (const [from, to] of lines) {
    neighbours.set(from, [...(neighbours.get(from) ?? []), to]);
    neighbours.set(to, [...(neighbours.get(to) ?? []), from]);
  }
  const mean = (node: Node) => {
    const known = (neighbours.get(node.id) ?? []).flatMap((id) => order.get(id) ?? []);
    return known.length > 0 ? known.reduce((sum, each) => sum + each, 0) / known.length : Number.MAX_SAFE_INTEGER;
  };
  const near = (column: readonly Node[]) =>
    column
      .map((node) => ({ node, at: mean(node), first: node.kind === "group" ? 0 : 1 }))
      .sort((a, b) => a.at - b.at || a.first - b.first || byLabel(a.node, b.node))
      .map(({ node }) => node);
  const networks = [...middle].sort(byLabel);
  number(networks);
  const machines = near(left);
  const devices = near(right);
  const sorted = [machines, networks, devices];
  const tallest = Math.max(1, ...sorted.map(({ length }) => length));
  const height = tallest * (HEIGHT + GAP_Y) - GAP_Y + 2 * MARGIN;
  const placed = sorted.flatMap((column, index) => {
    // The column spreads over the whole height, so that lines stay short.
    const room = (height - 2 * MARGIN) / Math.max(1, column.length);
    return column.map((node, place) => ({
      ...node,
      x: MARGIN + index * (WIDTH + GAP_X),
      y: MARGIN + place * room + (room - HEIGHT) / 2,
    }));
  });
  return { nodes: placed, lines, width: 3 * WIDTH + 2 * GAP_X + 2 * MARGIN, height };
}
