import { type KeyboardEvent, type ReactNode, useMemo, useState } from "react";
import { format, gettext as _, jump, location, ngettext, N_ } from "../../lib/cockpit";
import { formatPlace, machinePath, placeHref } from "./address";
import { modeLabel } from "./modes";
import type { Machines, Networks } from "./model";
import { type Graph, HEIGHT, type Kind, type Layout, type Node, type Placed, WIDTH, graphOf, layout } from "./topology";
import { TopologyList } from "./topology-list";

interface TopologyProps {
  networks: Networks;
  machines: Machines;
  connection: string;
}

const KINDS: Readonly<Record<Kind, string>> = {
  machine: N_("Machine"),
  group: N_("Machines"),
  network: N_("Network"),
  bridge: N_("Bridge of the host"),
  device: N_("Device of the host"),
  host: N_("Routes of the host"),
};
const COLUMNS = [N_("Machines"), N_("Networks"), N_("Host")];

/** The picture, and all that it says as text. */
export function Topology({ networks, machines, connection }: TopologyProps) {
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const graph = useMemo(() => graphOf(networks, machines, open), [networks, machines, open]);
  const toggle = (key: string) =>
    setOpen((now) => {
      const next = new Set(now);
      if (!next.delete(key)) next.add(key);
      return next;
    });
  return (
    <>
      <Picture graph={graph} networks={networks} connection={connection} onToggle={toggle} />
      <TopologyList networks={networks} machines={machines} connection={connection} />
    </>
  );
}

interface PictureProps {
  graph: Graph;
  networks: Networks;
  connection: string;
  onToggle(key: string): void;
}

function Picture({ graph, networks, connection, onToggle }: PictureProps) {
  const placed = useMemo(() => layout(graph), [graph]);
  const [lit, setLit] = useState("");
  return (
    <div className="ph-topology" role="region" aria-label={_("Topology")} tabIndex={0}>
      <div className="ph-topology-heads" aria-hidden="true" style={{ inlineSize: placed.width }}>
        {COLUMNS.map((column) => <span key={column}>{_(column)}</span>)}
      </div>
      <svg width={placed.width} height={placed.height} role="group" aria-label={_("Machines, networks and devices of the host")}>
        <Lines placed={placed} lit={lit} />
        {placed.nodes.map((node) => (
          <PictureNode
            key={node.id}
            node={node}
            sub={subOf(node, networks)}
            joined={joinedTo(node, placed)}
            connection={connection}
            onLit={setLit}
            onToggle={onToggle}
          />
        ))}
      </svg>
    </div>
  );
}

function Lines({ placed: { nodes, lines }, lit }: { placed: Layout; lit: string }) {
  const places = new Map(nodes.map((node) => [node.id, node]));
  return (
    <g aria-hidden="true">
      {lines.map(([from, to]) => {
        const [a, b] = [places.get(from), places.get(to)];
        if (!a || !b) return null;
        const [x1, y1, x2, y2] = [a.x + WIDTH, a.y + HEIGHT / 2, b.x, b.y + HEIGHT / 2];
        const middle = (x1 + x2) / 2;
        const classes = ["ph-line-between", (lit === from || lit === to) && "ph-lit", !(a.active && b.active) && "ph-resting"];
        return <path key={`${from} ${to}`} className={classes.filter(Boolean).join(" ")} d={`M${x1} ${y1} C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}`} />;
      })}
    </g>
  );
}

interface PictureNodeProps {
  node: Placed;
  sub: string;
  joined: readonly string[];
  connection: string;
  onLit(id: string): void;
  onToggle(key: string): void;
}

function PictureNode({ node, sub, joined, connection, onLit, onToggle }: PictureNodeProps) {
  const { id, kind, key, active, open } = node;
  const title = titleOf(node);
  const lines = joined.length > 0 && format(_("joined to $0"), joined.join(", "));
  const shared = {
    className: `ph-node ph-node-${kind}${active ? "" : " ph-resting"}`,
    "data-node": id,
    onFocus: () => onLit(id),
    onBlur: () => onLit(""),
    onMouseEnter: () => onLit(id),
    onMouseLeave: () => onLit(""),
  };
  const box: ReactNode = (
    <>
      <rect x={node.x} y={node.y} width={WIDTH} height={HEIGHT} rx={6} />
      <foreignObject x={node.x} y={node.y} width={WIDTH} height={HEIGHT}>
        <div className="ph-node-text" title={title}>
          <bdi className="ph-node-label">{title}</bdi>{" "}
          {sub && <span className="ph-node-sub">{sub}</span>}
          {lines && <span className="pf-v6-screen-reader">, {lines}</span>}
        </div>
      </foreignObject>
    </>
  );
  if (kind === "group") {
    const press = (event: KeyboardEvent) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      onToggle(key);
    };
    return <g {...shared} role="button" tabIndex={0} aria-expanded={open ?? false} onClick={() => onToggle(key)} onKeyDown={press}>{box}</g>;
  }
  if (key && kind === "machine") {
    const path = machinePath(key, connection);
    return (
      <a
        {...shared}
        href={path}
        target="_top"
        onClick={(event) => {
          event.preventDefault();
          jump(path);
        }}
      >
        {box}
      </a>
    );
  }
  if (key) {
    const open = () => location().go(["network"], formatPlace({ id: key, connection }));
    return (
      <a
        {...shared}
        href={placeHref({ id: key, connection })}
        onClick={(event) => {
          event.preventDefault();
          open();
        }}
      >
        {box}
      </a>
    );
  }
  return <g {...shared} role="group" aria-label={[title, sub].filter(Boolean).join(" ")} tabIndex={0}>{box}</g>;
}

/** What stands in a node, and is said of it. */
function titleOf({ kind, label }: Node): string {
  if (kind === "host") return _(KINDS.host);
  return kind === "group" ? format(ngettext("$0 machine", "$0 machines", Number(label)), label) : label;
}

function subOf({ kind, key, open, active }: Node, networks: Networks): string {
  if (kind === "group") return open ? _("Show as one") : _("Show each");
  if (kind === "machine") return active ? _("on") : _("off");
  if (kind === "host") return "";
  if (kind !== "network") return _(KINDS[kind]);
  const network = networks[key];
  if (!network) return _("does not exist");
  return [modeLabel(network.mode), network.active ? network.addresses?.[0] : _("inactive")].filter(Boolean).join(" · ");
}

function joinedTo(node: Node, { nodes, lines }: Layout): string[] {
  const others = new Set(lines.flatMap(([from, to]) => (from === node.id ? [to] : to === node.id && node.kind !== "network" ? [from] : [])));
  return node.kind === "host" || node.kind === "device" ? [] : nodes.filter(({ id }) => others.has(id)).map(titleOf);
}
