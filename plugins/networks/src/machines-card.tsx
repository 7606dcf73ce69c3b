import { Table, Tbody, Td, Th, Thead, Tr } from "@patternfly/react-table/dist/esm/components/Table";
import { gettext as _ } from "../../lib/cockpit";
import { InfoCard } from "../../lib/libvirt/info-card";
import { attachments, isLive } from "./attachments";
import { MachineLink } from "./machine-link";
import type { FollowedNetwork, Machines } from "./model";
import type { Shown } from "./network-actions";

interface MachinesCardProps extends Shown {
  followed: FollowedNetwork | undefined;
  machines: Machines;
  connection: string;
}

/** Who is on it, by interface. */
export function MachinesCard({ network, machines, connection, followed }: MachinesCardProps) {
  const found = attachments(network, machines);
  const fixed = new Map(Object.values(followed?.hosts ?? {}).map(({ mac, address }) => [mac, address]));
  return (
    <InfoCard title={_("Machines on it")} wide>
      {found.length === 0 ? (
        <p className="ph-note">{_("No machine is on this network.")}</p>
      ) : (
        <div className="ph-long">
          <Table variant="compact" borders={false} aria-label={_("Machines on it")}>
            <Thead><Tr><Th modifier="wrap">{_("Machine")}</Th><Th modifier="wrap">{_("State")}</Th><Th modifier="wrap">{_("MAC address")}</Th><Th modifier="wrap">{_("Static address")}</Th></Tr></Thead>
            <Tbody>
              {found.map(({ key, machine, mac }, index) => (
                <Tr key={`${key} ${mac} ${index}`} data-machine={key}>
                  <Td dataLabel={_("Machine")} modifier="breakWord"><MachineLink id={key} name={machine.name} connection={connection} /></Td>
                  <Td dataLabel={_("State")}>{isLive(machine) ? _("on") : _("off")}</Td>
                  <Td dataLabel={_("MAC address")}><code>{mac}</code></Td>
                  <Td dataLabel={_("Static address")}>{fixed.get(mac) ?? ""}</Td>
                </Tr>
              ))}
            </Tbody>
          </Table>
        </div>
      )}
    </InfoCard>
  );
}
