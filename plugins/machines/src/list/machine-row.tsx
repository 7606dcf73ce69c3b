import { memo } from "react";
import { Checkbox } from "@patternfly/react-core/dist/esm/components/Checkbox";
import { Label } from "@patternfly/react-core/dist/esm/components/Label";
import { Tooltip } from "@patternfly/react-core/dist/esm/components/Tooltip";
import { format, gettext as _, N_ } from "../../../lib/cockpit";
import { useLanguage } from "../../../lib/page";
import type { Asked } from "../action-runner";
import type { Action } from "../actions";
import { machineHref } from "../details/address";
import type { Capabilities } from "../../../lib/libvirt/model";
import type { Domain } from "../model";
import type { SampleStore } from "../samples";
import { StateLabel } from "../state-label";
import { splitKey } from "./fleet";
import { RowActions } from "./row-actions";
import type { TrendStore } from "./trends";
import { CpuUsage, MemoryUsage } from "./usage";

export interface MachineRowProps {
  domainKey: string;
  domain: Domain;
  /** Its place in the whole list, from 1. */
  place: number;
  /** The name of its connection, where there are several. */
  connection: string | undefined;
  capabilities: Capabilities;
  samples: SampleStore;
  trends: TrendStore;
  busy: Action | undefined;
  asked: Asked | undefined;
  enabled: boolean;
  selected: boolean;
  onSelect(key: string, selected: boolean): void;
  onTags(key: string): void;
  onCommands(key: string): void;
  onAction(key: string, domain: Domain, action: Action): void;
}

/** What makes an element the cell of a column, in a row or in what stands for one. */
export function cell(column: string): { className: string; role: string } {
  return { className: `pf-v6-c-table__td ph-cell-${column}`, role: "cell" };
}

/** A machine's row. Its parents redraw often; it does when something of its own changed. */
export const MachineRow = memo(function MachineRow(props: MachineRowProps) {
  useLanguage();
  const { domainKey, domain, place, connection, capabilities, samples, trends, busy, asked, enabled, selected } = props;
  return (
    <tr className="pf-v6-c-table__tr" data-key={splitKey(domainKey)[0]} role="row" aria-rowindex={place + 1}>
      <td {...cell("select")}>
        <Checkbox
          id={`select-${domainKey}`}
          aria-label={format(_("Select $0"), domain.name)}
          isChecked={selected}
          onChange={(_event, chosen) => props.onSelect(domainKey, chosen)}
        />
      </td>
      <td {...cell("name")} data-label={_("Name")}>
        <MachineName domainKey={domainKey} domain={domain} />
      </td>
      <td {...cell("state")} data-label={_("State")}>
        <StateLabel domain={domain} asked={asked} />
      </td>
      {connection !== undefined && (
        <td {...cell("connection")} data-label={_("Connection")}>
          <bdi className="ph-line" title={connection}>{connection}</bdi>
        </td>
      )}
      <td {...cell("cpu")} data-label={_("CPU")}>
        <CpuUsage domainKey={domainKey} domain={domain} samples={samples} trends={trends} />
      </td>
      <td {...cell("memory")} data-label={_("Memory")}>
        <MemoryUsage domainKey={domainKey} domain={domain} samples={samples} trends={trends} />
      </td>
      <td {...cell("addresses")} data-label={_("Addresses")}>
        <Some texts={domain.addresses} most={2} />
      </td>
      <td {...cell("tags")} data-label={_("Tags")}>
        <TagLabels tags={domain.tags} />
      </td>
      <td {...cell("actions")}>
        <RowActions
          domain={domain}
          capabilities={capabilities}
          busy={busy}
          enabled={enabled}
          onAction={(action) => props.onAction(domainKey, domain, action)}
          extras={[
            { label: _("Tags…"), onClick: () => props.onTags(domainKey) },
            { label: _("virsh commands…"), onClick: () => props.onCommands(domainKey) },
          ]}
        />
      </td>
    </tr>
  );
});

function MachineName({ domainKey, domain }: { domainKey: string; domain: Domain }) {
  const { name, title } = domain;
  const [id, connection] = splitKey(domainKey);
  return (
    <>
      <div className="ph-title">
        <a className="ph-name" href={machineHref({ id, connection })} title={name}><bdi>{name}</bdi></a>
        {MARKS.filter(({ has }) => has(domain)).map((mark) => <Mark key={mark.label} {...mark} />)}
      </div>
      {title && <bdi className="ph-note ph-line" title={title}>{title}</bdi>}
    </>
  );
}

/** The first of some texts, one a line; the others are in the title. */
function Some({ texts = [], most }: { texts: readonly string[] | undefined; most: number }) {
  const shown = texts.length > most ? texts.slice(0, most - 1) : texts;
  return (
    <div className="ph-some" title={texts.length > shown.length ? texts.join("\n") : undefined}>
      {shown.map((text) => <bdi key={text} className="ph-line" title={text}>{text}</bdi>)}
      {texts.length > shown.length && <span className="ph-note">+{texts.length - shown.length}</span>}
    </div>
  );
}

const MOST_TAGS = 3;

function TagLabels({ tags = [] }: { tags: readonly string[] | undefined }) {
  return (
    <div className="ph-tags" title={tags.length > 0 ? tags.join(", ") : undefined}>
      {tags.slice(0, MOST_TAGS).map((tag) => <Label key={tag} isCompact color="blue">{tag}</Label>)}
      {tags.length > MOST_TAGS && <span className="ph-note">+{tags.length - MOST_TAGS}</span>}
    </div>
  );
}

function Mark({ label, meaning }: { label: string; meaning: string }) {
  return (
    <Tooltip content={_(meaning)}>
      <Label variant="outline" isCompact tabIndex={0}>{_(label)}</Label>
    </Tooltip>
  );
}

const MARKS: readonly { label: string; meaning: string; has(domain: Domain): boolean }[] = [
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
