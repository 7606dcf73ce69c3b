import { memo } from "react";
import { Label } from "@patternfly/react-core/dist/esm/components/Label";
import { Tooltip } from "@patternfly/react-core/dist/esm/components/Tooltip";
import { gettext as _, N_ } from "../../../lib/cockpit";
import { useLanguage } from "../../../lib/page";
import type { Asked } from "../action-runner";
import type { Action } from "../actions";
import type { Capabilities, Domain } from "../model";
import { RowActions } from "./row-actions";
import type { SampleStore } from "../samples";
import { StateLabel } from "../state-label";
import { lookOf } from "../states";
import { CpuUsage, MemoryUsage } from "../usage";

export interface MachineRowProps {
  domainKey: string;
  domain: Domain;
  capabilities: Capabilities;
  samples: SampleStore;
  busy: Action | undefined;
  asked: Asked | undefined;
  enabled: boolean;
  onAction(key: string, domain: Domain, action: Action): void;
}

/** A machine's row. Its parents redraw often; it does when something of its own changed. */
export const MachineRow = memo(function MachineRow(props: MachineRowProps) {
  useLanguage();
  const { domainKey, domain, capabilities, samples, busy, asked, enabled, onAction } = props;
  return (
    <tr className="pf-v6-c-table__tr" data-key={domainKey} role="row">
      <td className="pf-v6-c-table__td" data-label={_("Name")} role="cell">
        <MachineName domain={domain} tagged />
      </td>
      <td className="pf-v6-c-table__td" data-label={_("State")} role="cell">
        <StateLabel domain={domain} asked={asked} />
      </td>
      <td className="pf-v6-c-table__td" data-label={_("CPU")} role="cell">
        <CpuUsage domainKey={domainKey} domain={domain} samples={samples} />
      </td>
      <td className="pf-v6-c-table__td" data-label={_("Memory")} role="cell">
        <MemoryUsage domainKey={domainKey} domain={domain} samples={samples} />
      </td>
      <td className="pf-v6-c-table__td" role="cell">
        <RowActions
          domain={domain}
          capabilities={capabilities}
          busy={busy}
          enabled={enabled}
          onAction={(action) => onAction(domainKey, domain, action)}
        />
      </td>
    </tr>
  );
});

/** The same row for a place far off the screen: text alone, cheap to draw, found by the browser's own search. */
export const DistantRow = memo(function DistantRow({ domainKey, domain }: { domainKey: string; domain: Domain }) {
  useLanguage();
  return (
    <tr className="pf-v6-c-table__tr" data-key={domainKey} role="row">
      <td className="pf-v6-c-table__td" data-label={_("Name")} role="cell">
        <MachineName domain={domain} />
      </td>
      <td className="pf-v6-c-table__td" data-label={_("State")} role="cell">{_(lookOf(domain.state).label)}</td>
      <td className="pf-v6-c-table__td" role="cell" />
      <td className="pf-v6-c-table__td" role="cell" />
      <td className="pf-v6-c-table__td" role="cell" />
    </tr>
  );
});

function MachineName({ domain, tagged }: { domain: Domain; tagged?: boolean }) {
  const { name, title } = domain;
  return (
    <>
      <div className="ph-title">
        <bdi className="ph-name" title={name}>{name}</bdi>
        {tagged && TAGS.filter(({ has }) => has(domain)).map((tag) => <Tag key={tag.label} {...tag} />)}
      </div>
      {title && <bdi className="ph-note" title={title}>{title}</bdi>}
    </>
  );
}

function Tag({ label, meaning }: { label: string; meaning: string }) {
  return (
    <Tooltip content={_(meaning)}>
      <Label variant="outline" isCompact tabIndex={0}>{_(label)}</Label>
    </Tooltip>
  );
}

const TAGS: readonly { label: string; meaning: string; has(domain: Domain): boolean }[] = [
  {
    label: N_("Autostart"),
    meaning: N_("Starts when the host starts."),
    has: ({ autostart }) => autostart,
  },
  {
    label: N_("Saved"),
    meaning: N_("Its memory was saved to disk: starting it goes on where it stopped."),
    has: ({ managed_save }) => managed_save,
  },
  {
    label: N_("Temporary"),
    meaning: N_("It has no stored definition: once it is off, it is gone."),
    has: ({ persistent }) => !persistent,
  },
];
