import { ExpandableSection } from "@patternfly/react-core/dist/esm/components/ExpandableSection";
import { useState } from "react";
import { format, gettext as _, ngettext } from "../../lib/cockpit";
import { placeHref } from "./address";
import { attachments } from "./attachments";
import { MachineLink } from "./machine-link";
import { modeLabel } from "./modes";
import type { Machines, Network, Networks } from "./model";

interface TopologyListProps {
  networks: Networks;
  machines: Machines;
  connection: string;
}

/** What the picture says, as text. */
export function TopologyList({ networks, machines, connection }: TopologyListProps) {
  const [open, setOpen] = useState(false);
  const sorted = Object.entries(networks).sort(([, a], [, b]) => a.name.localeCompare(b.name));
  return (
    <ExpandableSection className="ph-topology-list" toggleText={_("The same as text")} isExpanded={open} onToggle={(_event, next) => setOpen(next)}>
      {open && (
        <ul className="ph-joined">
          {sorted.map(([key, network]) => (
            <li key={key}>
              <a href={placeHref({ id: key, connection })}><bdi>{network.name}</bdi></a>{" "}
              <span className="ph-note">{described(network)}</span>
              <Joined network={network} machines={machines} connection={connection} />
            </li>
          ))}
        </ul>
      )}
    </ExpandableSection>
  );
}

function Joined({ network, machines, connection }: { network: Network; machines: Machines; connection: string }) {
  const found = [...new Map(attachments(network, machines).map((each) => [each.key, each.machine.name]))];
  if (found.length === 0) return <p className="ph-note">{_("No machine is on this network.")}</p>;
  return (
    <>
      <p className="ph-note">{format(ngettext("$0 machine:", "$0 machines:", found.length), found.length)}</p>
      <ul className="ph-names">
        {found.map(([key, name]) => <li key={key}><MachineLink id={key} name={name} connection={connection} /></li>)}
      </ul>
    </>
  );
}

function described({ mode, active, bridge, device }: Network): string {
  const leads = device ? format(_("through $0"), device) : ["nat", "route", "open"].includes(mode) ? _("through the routes of the host") : "";
  return [modeLabel(mode), active ? _("active") : _("inactive"), bridge, leads].filter(Boolean).join(" · ");
}
