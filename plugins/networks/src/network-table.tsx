import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { Tooltip } from "@patternfly/react-core/dist/esm/components/Tooltip";
import { Table, Tbody, Td, Th, Thead, Tr } from "@patternfly/react-table/dist/esm/components/Table";
import { format, gettext as _ } from "../../lib/cockpit";
import { placeHref } from "./address";
import { modeLabel } from "./modes";
import type { Network } from "./model";
import { StateLabel } from "./state-label";

export type Row = readonly [key: string, network: Network];

interface NetworkTableProps {
  rows: readonly Row[];
  connection: string;
  machines: ReadonlyMap<string, number>;
  busy: ReadonlySet<string>;
  stale: boolean;
  enabled: boolean;
  /** Why a method cannot be called; undefined where it can. */
  refused(method: string): string | undefined;
  onStart(row: Row): void;
  onStop(row: Row): void;
}

/** All networks of a connection. */
export function NetworkTable({ rows, connection, machines, busy, stale, enabled, refused, onStart, onStop }: NetworkTableProps) {
  return (
    <Table variant="compact" aria-label={_("Virtual networks")} className={`ph-networks${stale ? " ph-stale" : ""}`}>
      <Thead>
        <Tr>
          <Th modifier="wrap">{_("Name")}</Th>
          <Th modifier="wrap">{_("State")}</Th>
          <Th modifier="wrap">{_("Kind")}</Th>
          <Th modifier="wrap">{_("Bridge or device")}</Th>
          <Th modifier="wrap">{_("Addresses of the host")}</Th>
          <Th modifier="wrap">{_("DHCP")}</Th>
          <Th modifier="wrap">{_("Autostart")}</Th>
          <Th modifier="wrap">{_("Machines")}</Th>
          <Th screenReaderText={_("Actions")} />
        </Tr>
      </Thead>
      <Tbody>
        {rows.map((row) => {
          const [key, network] = row;
          const method = network.active ? "network_stop" : "network_start";
          const why = refused(method);
          const button = (
            <Button
              variant="secondary"
              size="sm"
              aria-label={format(network.active ? _("Stop $0") : _("Start $0"), network.name)}
              isLoading={busy.has(key)}
              spinnerAriaLabel={_("Please wait")}
              isDisabled={!enabled || busy.has(key)}
              isAriaDisabled={Boolean(why)}
              onClick={(event) => event.detail <= 1 && (network.active ? onStop(row) : onStart(row))}
            >
              {network.active ? _("Stop") : _("Start")}
            </Button>
          );
          return (
            <Tr key={key} data-key={key}>
              <Td dataLabel={_("Name")} modifier="breakWord"><a className="ph-name" href={placeHref({ id: key, connection })}><bdi>{network.name}</bdi></a></Td>
              <Td dataLabel={_("State")}><StateLabel network={network} /></Td>
              <Td dataLabel={_("Kind")}>{modeLabel(network.mode)}</Td>
              <Td dataLabel={_("Bridge or device")} modifier="breakWord">{[network.bridge, network.device].filter(Boolean).join(", ")}</Td>
              <Td dataLabel={_("Addresses of the host")} modifier="breakWord">
                {network.addresses?.map((address) => <div key={address}>{address}</div>)}
              </Td>
              <Td dataLabel={_("DHCP")}>{network.dhcp ? _("yes") : _("no")}</Td>
              <Td dataLabel={_("Autostart")}>{network.autostart ? _("yes") : _("no")}</Td>
              <Td dataLabel={_("Machines")}>{machines.get(key) ?? 0}</Td>
              <Td>{why ? <Tooltip content={why}>{button}</Tooltip> : button}</Td>
            </Tr>
          );
        })}
      </Tbody>
    </Table>
  );
}
