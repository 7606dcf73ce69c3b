import { useMemo, useState } from "react";
import { Alert } from "@patternfly/react-core/dist/esm/components/Alert";
import { Skeleton } from "@patternfly/react-core/dist/esm/components/Skeleton";
import { ToggleGroup, ToggleGroupItem } from "@patternfly/react-core/dist/esm/components/ToggleGroup";
import { format, format_bytes, format_bytes_per_sec, gettext as _, N_ } from "../../../lib/cockpit";
import { Graph } from "./graph";
import { type Column, latest, times } from "./history-series";
import type { Machine } from "./model";
import { InfoCard } from "../../../lib/libvirt/info-card";
import { type Span, useHistory } from "./use-history";

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
  const { history, failure } = useHistory(machine, span);
  const at = useMemo(() => (history ? times(history) : []), [history]);
  const most = (title: string) => (title === "CPU" ? 100 : title === "Memory" ? machine.domain.memory : undefined);
  return (
    <>
      <div className="ph-tab-tools">
        <ToggleGroup aria-label={_("Span")} isCompact>
          <ToggleGroupItem text={_("Last hour")} buttonId="span-hour" isSelected={span === "hour"} onChange={() => setSpan("hour")} />
          <ToggleGroupItem text={_("Last day")} buttonId="span-day" isSelected={span === "day"} onChange={() => setSpan("day")} />
        </ToggleGroup>
        <span className="ph-note">{_("Drag across a graph to zoom in, double-click to zoom out. Where nothing was measured there is a gap.")}</span>
      </div>
      {failure && <Alert variant="warning" isInline isLiveRegion component="h2" title={failure} />}
      <div className="ph-cards">
        {GRAPHS.map(({ title, curves, text }) => (
          <InfoCard key={title} title={_(title)}>
            {history ? (
              <>
                <p className="ph-latest">
                  {curves.map(({ column, label }) => {
                    const value = latest(history[column]);
                    return <span key={column}>{_(label)}: <strong>{value === null ? "–" : text(value)}</strong></span>;
                  })}
                </p>
                <Graph
                  label={format(_("Graph of $0"), _(title))}
                  at={at}
                  curves={curves.map(({ column, label }) => ({ label: _(label), values: history[column] }))}
                  most={most(title)}
                  text={text}
                />
              </>
            ) : (
              <Skeleton height="10rem" screenreaderText={_("Loading…")} />
            )}
          </InfoCard>
        ))}
      </div>
    </>
  );
}
