import { Label } from "@patternfly/react-core/dist/esm/components/Label";
import { Table, Tbody, Td, Th, Thead, Tr } from "@patternfly/react-table/dist/esm/components/Table";
import { gettext as _, N_ } from "../../../lib/cockpit";
import { type Device, type Machine, devicesOf } from "./model";
import { InfoCard } from "../../../lib/libvirt/info-card";

type Row = [key: string, device: Device];

/** Disks, network interfaces, host devices, and what else it is made of. */
export function DevicesCards({ machine }: { machine: Machine }) {
  const { followed, domain } = machine;
  if (!followed) return null;
  const interfaces = devicesOf(followed, "interface");
  return (
    <>
      <DevicesCard title={_("Disks")} empty={_("It has no disks.")} rows={devicesOf(followed, "disk")} columns={DISK_COLUMNS} />
      <DevicesCard
        title={_("Network interfaces")}
        empty={_("It has no network interfaces.")}
        rows={interfaces}
        columns={INTERFACE_COLUMNS}
        extra={(key) => (interfaces.length === 1 && interfaces[0]?.[0] === key ? domain.addresses?.join(", ") : undefined)}
        extraTitle={interfaces.length === 1 && domain.addresses?.length ? N_("Addresses") : undefined}
      />
      <DevicesCard title={_("Host devices")} empty={_("It uses no devices of the host.")} rows={devicesOf(followed, "hostdev", "redirdev")} columns={HOST_COLUMNS} />
      <DevicesCard title={_("Consoles and other devices")} empty={_("There are none.")} rows={otherDevices(machine)} columns={OTHER_COLUMNS} />
    </>
  );
}

const OTHERS = ["graphics", "video", "serial", "console", "channel", "tpm", "watchdog", "rng", "filesystem", "sound", "vsock", "parallel", "smartcard", "panic", "shmem"];

function otherDevices({ followed }: Machine): Row[] {
  return devicesOf(followed, ...OTHERS);
}

interface Column {
  title: string;
  show(device: Device): string | undefined;
}

const DISK_KINDS: Readonly<Record<string, string>> = { disk: N_("Disk"), cdrom: N_("CD/DVD"), floppy: N_("Floppy"), lun: N_("Passed-through SCSI disk") };

const DISK_COLUMNS: readonly Column[] = [
  { title: N_("Target"), show: ({ target }) => target },
  { title: N_("Kind"), show: ({ device = "disk" }) => (DISK_KINDS[device] ? _(DISK_KINDS[device]) : device) },
  { title: N_("Bus"), show: ({ bus }) => bus },
  { title: N_("Format"), show: ({ format: name }) => name },
  { title: N_("Source"), show: ({ source }) => source ?? _("empty") },
];

const INTERFACE_COLUMNS: readonly Column[] = [
  { title: N_("MAC address"), show: ({ mac }) => mac },
  { title: N_("Type"), show: ({ type }) => type },
  { title: N_("Source"), show: ({ source }) => source },
  { title: N_("Model"), show: ({ model }) => model },
  { title: N_("Link"), show: ({ link }) => (link === "down" ? _("unplugged") : _("plugged in")) },
];

const HOST_COLUMNS: readonly Column[] = [
  { title: N_("Kind"), show: ({ kind, type }) => [type, kind === "redirdev" && _("redirected")].filter(Boolean).join(", ") },
  { title: N_("Source"), show: ({ source }) => source },
  { title: N_("Model"), show: ({ model }) => model },
];

const OTHER_COLUMNS: readonly Column[] = [
  { title: N_("Kind"), show: ({ kind }) => kind },
  { title: N_("Type"), show: ({ type }) => type },
  { title: N_("Model"), show: ({ model }) => model },
  { title: N_("Source"), show: ({ source, port, target }) => source ?? (port && port !== "-1" ? port : target) },
];

interface DevicesCardProps {
  title: string;
  empty: string;
  rows: readonly Row[];
  columns: readonly Column[];
  /** A last column that is not of the device itself. */
  extraTitle?: string | undefined;
  extra?(key: string): string | undefined;
}

function DevicesCard({ title, empty, rows, columns, extraTitle, extra }: DevicesCardProps) {
  const shown = columns.filter(({ show }, index) => index === 0 || rows.some(([, device]) => show(device)));
  return (
    <InfoCard title={title} wide>
      {rows.length === 0 ? (
        <p className="ph-note">{empty}</p>
      ) : (
        <Table variant="compact" borders={false} aria-label={title}>
          <Thead>
            <Tr>
              {shown.map((column) => <Th key={column.title}>{_(column.title)}</Th>)}
              {extraTitle && <Th>{_(extraTitle)}</Th>}
            </Tr>
          </Thead>
          <Tbody>
            {rows.map(([key, device]) => (
              <Tr key={key} data-device={key}>
                {shown.map((column, index) => (
                  <Td key={column.title} dataLabel={_(column.title)} modifier="breakWord">
                    <bdi>{column.show(device) ?? ""}</bdi>
                    {index === 0 && device.readonly && <> <Label isCompact variant="outline">{_("read-only")}</Label></>}
                  </Td>
                ))}
                {extraTitle && <Td dataLabel={_(extraTitle)} modifier="breakWord">{extra?.(key)}</Td>}
              </Tr>
            ))}
          </Tbody>
        </Table>
      )}
    </InfoCard>
  );
}
