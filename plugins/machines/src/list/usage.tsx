import { type ReactNode, useCallback, useSyncExternalStore } from "react";
import { format, format_bytes, gettext as _, ngettext } from "../../../lib/cockpit";
import type { Domain } from "../model";
import type { SampleStore } from "../samples";
import { lookOf } from "../states";
import { Sparkline } from "./sparkline";
import type { TrendStore } from "./trends";

/** From so many percent on a meter is drawn as a warning, and as a danger. */
const HIGH = 80;
const FULL = 95;

interface UsageProps {
  domainKey: string;
  domain: Domain;
  samples: SampleStore;
  /** Where there is room for a curve of the last minutes. */
  trends?: TrendStore;
}

export function CpuUsage(props: UsageProps) {
  const sample = useSample(props);
  const { name, vcpus = 0 } = props.domain;
  const size = vcpus > 0 ? format(ngettext("$0 vCPU", "$0 vCPUs", vcpus), vcpus) : "";
  if (!sample) return <span className="ph-size">{size}</span>;
  const percent = Math.round(sample[0]);
  return (
    <Meter percent={percent} text={format(_("$0% of $1"), percent, size)} label={format(_("CPU load of $0"), name)}>
      {props.trends && <Sparkline domainKey={props.domainKey} trends={props.trends} of="cpu" most={100} />}
    </Meter>
  );
}

export function MemoryUsage(props: UsageProps) {
  const sample = useSample(props);
  const { name, memory = 0 } = props.domain;
  const size = memory > 0 ? format_bytes(memory, 1024) : "";
  if (!sample || memory <= 0) return <span className="ph-size">{size}</span>;
  const percent = Math.round((sample[1] / memory) * 100);
  const text = format(_("$0 of $1"), format_bytes(sample[1], 1024), size);
  // A guest that does not tell what it uses counts as using all of it: that is no alarm.
  return (
    <Meter percent={percent} text={text} label={format(_("Memory in use by $0"), name)} calm={percent >= 100}>
      {props.trends && <Sparkline domainKey={props.domainKey} trends={props.trends} of="memory" most={memory} />}
    </Meter>
  );
}

function useSample({ domainKey, domain, samples }: UsageProps) {
  const sample = useSyncExternalStore(samples.subscribe, useCallback(() => samples.get(domainKey), [samples, domainKey]));
  return lookOf(domain.state).live ? sample : undefined;
}

interface MeterProps {
  percent: number;
  text: string;
  /** The accessible name. */
  label: string;
  /** However high, it is nothing to warn of. */
  calm?: boolean;
  /** How it was before. */
  children: ReactNode;
}

function Meter({ percent, text, label, calm = false, children }: MeterProps) {
  const shown = Math.min(100, Math.max(0, percent));
  const level = calm ? " ph-calm" : shown >= FULL ? " ph-full" : shown >= HIGH ? " ph-high" : "";
  return (
    <div className={`ph-meter${level}`}>
      <span>{text}</span>
      <div role="meter" aria-label={label} aria-valuenow={shown} aria-valuemin={0} aria-valuemax={100} aria-valuetext={text}>
        {children}
      </div>
    </div>
  );
}
