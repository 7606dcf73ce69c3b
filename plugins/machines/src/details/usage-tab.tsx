import { useMemo, useState } from "react";
import { Alert } from "@patternfly/react-core/dist/esm/components/Alert";
import { Skeleton } from "@patternfly/react-core/dist/esm/components/Skeleton";
import { ToggleGroup, ToggleGroupItem } from "@patternfly/react-core/dist/esm/components/ToggleGroup";
import { format, format_bytes, format_bytes_per_sec, gettext as _, N_ } from "../../../lib/cockpit";
import { Graph } from "./graph";
import { type Column, type History, extent, times } from "./history-series";
import type { Machine } from "./model";
import { InfoCard } from "../../../lib/libvirt/info-card";
import { type Span, useHistory } from "./use-history";
import { lookOf } from "../states";
import { type Range, within } from "./zoom";
import { ZoomTools } from "./zoom-tools";

interface GraphOf {
  title: string;
  curves: readonly { column: Column; label: string }[];
  text(value: number): string;
}

const percent = (value: number) => format(_("$0%"), Math.round(value));
const bytes = (value: number) => format_bytes(value, 1024);
const rate = (value: number) => format_bytes_per_sec(value);

const GRAPHS: readonly GraphOf[] = [
  { title: N_("CPU"), curves: [{ column: "cpu", label: N_("Load") }], text: percent },
  { title: N_("Memory"), curves: [{ column: "memory", label: N_("In use") }], text: bytes },
  { title: N_("Disks"), curves: [{ column: "disk_read", label: N_("Read") }, { column: "disk_written", label: N_("Written") }], text: rate },
  { title: N_("Network"), curves: [{ column: "received", label: N_("Received") }, { column: "sent", label: N_("Sent") }], text: rate },
];

/** What the machine did in the last hour or day. */
export default function UsageTab({ machine }: { machine: Machine }) {
  const [span, setSpan] = useState<Span>("hour");
  const [wanted, setWanted] = useState<Range | null>(null);
  const { history, failure } = useHistory(machine, span);
  const whole = history && wholeOf(history);
  const range = useMemo(() => (wanted && history ? within(wanted, wholeOf(history), history.step) : null), [wanted, history]);
  const choose = (next: Span) => {
    setSpan(next);
    setWanted(null);
  };
  return (
    <>
      <div className="ph-tab-tools">
        <ToggleGroup aria-label={_("Span")} isCompact>
          <ToggleGroupItem text={_("Last hour")} buttonId="span-hour" isSelected={span === "hour"} onChange={() => choose("hour")} />
          <ToggleGroupItem text={_("Last day")} buttonId="span-day" isSelected={span === "day"} onChange={() => choose("day")} />
        </ToggleGroup>
        {history && whole && <ZoomTools range={range} whole={whole} step={history.step} onRange={setWanted} />}
      </div>
      <p className="ph-note">{_("Drag across a graph to zoom in, double-click to zoom out. Where nothing was measured there is a gap.")}</p>
      {failure && <Alert variant="warning" isInline isLiveRegion component="h2" title={failure} />}
      <div className="ph-cards ph-usage">
        {GRAPHS.map((graph) => (
          <InfoCard key={graph.title} title={_(graph.title)}>
            {history ? (
              <UsageGraph graph={graph} history={history} range={range} machine={machine} onRange={setWanted} />
            ) : (
              <Skeleton height="10rem" screenreaderText={_("Loading…")} />
            )}
          </InfoCard>
        ))}
      </div>
    </>
  );
}

interface UsageGraphProps {
  graph: GraphOf;
  history: History;
  range: Range | null;
  machine: Machine;
  onRange(range: Range | null): void;
}

function UsageGraph({ graph: { title, curves, text }, history, range, machine, onRange }: UsageGraphProps) {
  const at = useMemo(() => times(history), [history]);
  const drawn = useMemo(() => curves.map(({ column, label }) => ({ label: _(label), values: history[column] })), [curves, history]);
  const figures = curves.map(({ column, label }) => ({ label: _(label), found: extent(history, column, range?.from, range?.to) }));
  if (curves.every(({ column }) => extent(history, column) === null)) return <p className="ph-note">{reasonOf(machine, history)}</p>;
  const words = figures.map(({ label, found }) =>
    found ? format(_("$0: $1 to $2, $3 at the end."), label, text(found.least), text(found.most), text(found.last)) : format(_("$0: nothing was measured."), label),
  );
  return (
    <>
      <p className="ph-latest">
        {figures.map(({ label, found }) => <span key={label}>{label}: <strong>{found ? text(found.last) : "–"}</strong></span>)}
      </p>
      <Graph
        label={`${format(_("Graph of $0"), _(title))}. ${words.join(" ")}`}
        at={at}
        curves={drawn}
        most={title === "CPU" ? 100 : title === "Memory" ? machine.domain.memory : undefined}
        range={range}
        text={text}
        onRange={onRange}
      />
    </>
  );
}

function wholeOf({ start, step, cpu }: History): Range {
  return { from: start, to: start + (cpu.length - 1) * step };
}

/** Why there is not one figure of a kind. */
function reasonOf({ connection, domain }: Machine, history: History): string {
  if (extent(history, "cpu") === null) {
    return lookOf(domain.state).live ? _("Nothing has been measured yet.") : _("Nothing was measured: the machine did not run.");
  }
  return connection.demo ? _("libvirt's test driver gives no figures of this.") : _("This connection gives no figures of this.");
}
