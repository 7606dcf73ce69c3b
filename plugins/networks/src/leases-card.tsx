import { useEffect, useState } from "react";
import { Spinner } from "@patternfly/react-core/dist/esm/components/Spinner";
import { Table, Tbody, Td, Th, Thead, Tr } from "@patternfly/react-table/dist/esm/components/Table";
import { gettext as _ } from "../../lib/cockpit";
import { InfoCard } from "../../lib/libvirt/info-card";
import { refusal } from "../../lib/libvirt/model";
import { MachineLink } from "./machine-link";
import type { Backend, Lease, Machines } from "./model";
import type { Shown } from "./network-actions";

/** Milliseconds between two questions: leases have no event. */
const INTERVAL = 5000;

interface Told {
  readonly leases: readonly Lease[] | null;
  readonly failure: string;
}

/** The addresses that its DHCP has lent, asked for while they are on show. */
export function LeasesCard({ machines, connection, ...shown }: Shown & { machines: Machines; connection: string }) {
  const { backend, id, network, enabled } = shown;
  const refused = refusal(shown, "network_leases");
  const { leases, failure } = useLeases(backend, id, enabled && network.active && refused === undefined);
  if (!network.dhcp) return null;
  const owners = new Map(
    Object.entries(machines).flatMap(([key, machine]) => Object.keys(machine.interfaces ?? {}).map((mac) => [mac, { key, name: machine.name }] as const)),
  );
  return (
    <InfoCard title={_("DHCP leases")} wide>
      {refused || !network.active || failure ? (
        <p className="ph-note">{refused || failure || _("The network does not run.")}</p>
      ) : leases === null ? (
        <Spinner size="md" aria-label={_("Please wait")} />
      ) : leases.length === 0 ? (
        <p className="ph-note">{_("No address is lent at the moment.")}</p>
      ) : (
        <div className="ph-long">
          <Table variant="compact" borders={false} aria-label={_("DHCP leases")}>
            <Thead>
              <Tr><Th modifier="wrap">{_("Address")}</Th><Th modifier="wrap">{_("Machine")}</Th><Th modifier="wrap">{_("Name it tells")}</Th><Th modifier="wrap">{_("MAC address")}</Th><Th modifier="wrap">{_("Until")}</Th></Tr>
            </Thead>
            <Tbody>
              {leases.map(({ address, mac = "", name, expiry }) => {
                const owner = owners.get(mac);
                return (
                  <Tr key={`${address} ${mac}`} data-lease={address}>
                    <Td dataLabel={_("Address")}>{address}</Td>
                    <Td dataLabel={_("Machine")} modifier="breakWord">{owner && <MachineLink id={owner.key} name={owner.name} connection={connection} />}</Td>
                    <Td dataLabel={_("Name it tells")} modifier="breakWord"><bdi>{name}</bdi></Td>
                    <Td dataLabel={_("MAC address")}><code>{mac}</code></Td>
                    <Td dataLabel={_("Until")}>{expiry ? new Date(expiry * 1000).toLocaleString() : _("for ever")}</Td>
                  </Tr>
                );
              })}
            </Tbody>
          </Table>
        </div>
      )}
    </InfoCard>
  );
}

function useLeases(backend: Backend, id: string, wanted: boolean): Told {
  const [told, setTold] = useState<Told>({ leases: null, failure: "" });
  useEffect(() => {
    if (!wanted) return;
    let current = true;
    let timer: ReturnType<typeof setTimeout>;
    const ask = async () => {
      try {
        const leases = await backend.call<Lease[]>("network_leases", { key: id });
        if (current) setTold({ leases, failure: "" });
      } catch (error) {
        if (current) setTold({ leases: null, failure: error instanceof Error ? error.message : String(error) });
      }
      if (current) timer = setTimeout(() => void ask(), INTERVAL);
    };
    void ask();
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [backend, id, wanted]);
  return told;
}
