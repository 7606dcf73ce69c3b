import type { ReactNode } from "react";
import { Card, CardBody, CardTitle } from "@patternfly/react-core/dist/esm/components/Card";
import { Skeleton } from "@patternfly/react-core/dist/esm/components/Skeleton";

import { format, format_bytes, format_bytes_per_sec, gettext as _, ngettext } from "../../lib/cockpit";
import type { Known } from "./facts";
import { KEPT, type Load, type Reading } from "./load";
import { Sparkline } from "./sparkline";

/** Bytes per second that a graph is for, at least: an idle disk is a flat line. */
const QUIET = 64 * 1024;

interface Props {
  facts: Known;
  load: Load;
}

/** What the machine is doing, and did in the last minutes. */
export function UsageCards({ facts, load }: Props) {
  const { readings } = load;
  const now = readings.at(-1);
  const { processors = 0, memory = 0, swap } = facts;
  const of = (name: keyof Reading) => readings.map((reading) => reading[name]);
  return (
    <>
      <Usage title={_("Processor")} note={facts.model} value={processors > 0 && now?.cpu != null && cpuText(now.cpu, processors)}>
        <Sparkline values={of("cpu")} kept={KEPT} top={processors || 1} />
      </Usage>
      <Usage title={_("Memory")} value={memory > 0 && now?.memory != null && shareText(now.memory, memory)}>
        <Sparkline values={of("memory")} kept={KEPT} top={memory || 1} />
      </Usage>
      <Usage title={_("Swap")} value={swap === 0 ? _("There is no swap space.") : swap !== undefined && now?.swap != null && shareText(now.swap, swap)}>
        {swap !== 0 && <Sparkline values={of("swap")} kept={KEPT} top={swap || 1} />}
      </Usage>
      <Usage title={_("Disks")} value={now?.read != null && now.written != null && <Rates first={[_("Reading"), now.read]} second={[_("Writing"), now.written]} />}>
        <Sparkline values={of("read")} second={of("written")} kept={KEPT} top={QUIET} />
      </Usage>
      <Usage title={_("Network")} value={now?.received != null && now.sent != null && <Rates first={[_("Receiving"), now.received]} second={[_("Sending"), now.sent]} />}>
        <Sparkline values={of("received")} second={of("sent")} kept={KEPT} top={QUIET} />
      </Usage>
    </>
  );
}

function cpuText(cpu: number, processors: number): string {
  const percent = Math.round((cpu / processors) * 100);
  return format(ngettext("$0% of $1 processor", "$0% of $1 processors", processors), percent, processors);
}

function shareText(used: number, size: number): string {
  return format(_("$0 of $1"), format_bytes(used, 1024), format_bytes(size, 1024));
}

function Rates({ first, second }: { first: [string, number]; second: [string, number] }) {
  return (
    <>
      {[first, second].map(([label, rate], index) => (
        <span key={label} className={index === 0 ? "ph-rate ph-first" : "ph-rate ph-second"}>
          {label} {format_bytes_per_sec(rate, 1024)}
        </span>
      ))}
    </>
  );
}

interface UsageProps {
  title: string;
  note?: string | undefined;
  /** False until it is known. */
  value: ReactNode;
  children: ReactNode;
}

function Usage({ title, note, value, children }: UsageProps) {
  return (
    <Card isCompact className="ph-usage">
      <CardTitle component="h2">{title}</CardTitle>
      <CardBody>
        <p className="ph-value">{value === false ? <Skeleton screenreaderText={_("Measuring…")} width="60%" /> : value}</p>
        {children}
        {note && <p className="ph-note">{note}</p>}
      </CardBody>
    </Card>
  );
}
