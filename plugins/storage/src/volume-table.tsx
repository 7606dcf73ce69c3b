import { Fragment, useState } from "react";
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { EmptyState, EmptyStateActions, EmptyStateBody, EmptyStateFooter } from "@patternfly/react-core/dist/esm/components/EmptyState";
import { Table, Tbody, Td, Th, Thead, Tr } from "@patternfly/react-table/dist/esm/components/Table";
import { format, format_bytes, gettext as _, jump, ngettext } from "../../lib/cockpit";
import { refusal } from "../../lib/libvirt/model";
import { downloadUrl } from "./download";
import { type Entry, Menu } from "./menu";
import type { Place, Pool, Rows, Volume } from "./model";
import type { VolumeRow } from "./storage-page";
import { UploadDialog } from "./upload-dialog";
import { UNUSED, type Use } from "./uses";
import { VolumeCommands } from "./volume-commands";
import { CloneVolumeDialog, DeleteVolumeDialog, ResizeVolumeDialog, WipeVolumeDialog } from "./volume-dialogs";

/** Rows that are drawn before somebody asks for all. */
const SHOWN = 100;

interface VolumeTableProps {
  place: Place;
  poolKey: string;
  pool: Pool;
  pools: Rows<Pool>;
  volumes: readonly VolumeRow[];
  uses: ReadonlyMap<string, Use>;
  filter: string;
  onCreate(): void;
}

type Dialog = "resize" | "clone" | "upload" | "wipe" | "delete" | "commands";

/** The volumes of a pool: how large, of what kind, and who uses them. */
export function VolumeTable({ place, poolKey, pool, pools, volumes, uses, filter, onCreate }: VolumeTableProps) {
  const [all, setAll] = useState(false);
  const [open, setOpen] = useState<{ dialog: Dialog; key: string } | null>(null);
  const close = () => setOpen(null);
  if (!pool.active) return <p className="ph-note">{_("Its volumes are known while it runs.")}</p>;
  if (volumes.length === 0) {
    return (
      <EmptyState variant="sm" headingLevel="h3" titleText={_("No volumes in this pool")}>
        <EmptyStateBody>{_("A volume is the disk of a virtual machine, or the image of a medium.")}</EmptyStateBody>
        {refusal(place, "volume_create") === undefined && (
          <EmptyStateFooter><EmptyStateActions><Button variant="link" onClick={onCreate}>{_("Create volume")}</Button></EmptyStateActions></EmptyStateFooter>
        )}
      </EmptyState>
    );
  }
  const wanted = filter.toLocaleLowerCase();
  const matching = wanted ? volumes.filter(([, { name }]) => name.toLocaleLowerCase().includes(wanted)) : volumes;
  const shown = all ? matching : matching.slice(0, SHOWN);
  const volume = open && volumes.find(([key]) => key === open.key)?.[1];
  const shared = volume && open ? { place, volumeKey: open.key, volume, use: uses.get(open.key) ?? UNUSED, onClose: close } : null;
  return (
    <>
      <Table variant="compact" aria-label={format(_("Volumes of $0"), pool.name)} className="ph-volumes">
        <Thead>
          <Tr>
            <Th>{_("Name")}</Th>
            <Th>{_("Format")}</Th>
            <Th>{_("Capacity")}</Th>
            <Th>{_("Allocated")}</Th>
            <Th>{_("Used by")}</Th>
            <Th screenReaderText={_("Actions")} />
          </Tr>
        </Thead>
        <Tbody>
          {shown.map(([key, each]) => (
            <Row key={key} place={place} volumeKey={key} volume={each} use={uses.get(key) ?? UNUSED} onOpen={(dialog) => setOpen({ dialog, key })} />
          ))}
        </Tbody>
      </Table>
      {matching.length === 0 && <p className="ph-note">{_("No volume has this in its name.")}</p>}
      {shown.length < matching.length && (
        <Button variant="link" onClick={() => setAll(true)}>
          {format(ngettext("Show $0 more", "Show $0 more", matching.length - shown.length), matching.length - shown.length)}
        </Button>
      )}
      {open?.dialog === "resize" && shared && <ResizeVolumeDialog {...shared} />}
      {open?.dialog === "clone" && shared && <CloneVolumeDialog {...shared} pools={pools} />}
      {open?.dialog === "wipe" && shared && <WipeVolumeDialog {...shared} />}
      {open?.dialog === "delete" && shared && <DeleteVolumeDialog {...shared} />}
      {open?.dialog === "commands" && shared && <VolumeCommands {...shared} />}
      {open?.dialog === "upload" && volume && (
        <UploadDialog place={place} poolKey={poolKey} pool={pool} volumes={volumes} into={[open.key, volume]} onClose={close} />
      )}
    </>
  );
}

interface RowProps {
  place: Place;
  volumeKey: string;
  volume: Volume;
  use: Use;
  onOpen(dialog: Dialog): void;
}

function Row({ place, volumeKey, volume, use, onOpen }: RowProps) {
  const { name, capacity, allocation } = volume;
  const { connection } = place;
  const machines = use.machines.map((user) => user.name).join(", ");
  const based = use.volumes.map((user) => user.name).join(", ");
  const inUse = machines ? format(_("It is a disk of $0."), machines) : based ? format(_("$0 is based on it."), based) : undefined;
  const entries: Entry[] = [
    { label: _("Resize"), refused: refusal(place, "volume_resize"), onClick: () => onOpen("resize") },
    { label: _("Clone"), refused: refusal(place, "volume_clone"), onClick: () => onOpen("clone") },
    { label: _("Download"), refused: refusal(place, "volume_download"), href: downloadUrl(volumeKey, connection?.demo ? "" : (connection?.uri ?? ""), name) },
    { label: _("Upload into it"), refused: refusal(place, "volume_upload"), danger: true, onClick: () => onOpen("upload") },
    { label: _("Wipe"), refused: refusal(place, "volume_wipe"), danger: true, onClick: () => onOpen("wipe") },
    { label: _("Delete"), refused: refusal(place, "volume_delete") ?? inUse, danger: true, onClick: () => onOpen("delete") },
    { label: _("Equivalent virsh commands"), onClick: () => onOpen("commands") },
  ];
  return (
    <Tr data-key={volumeKey}>
      <Td dataLabel={_("Name")} className="ph-cell-volume"><bdi title={volume.path}>{name}</bdi></Td>
      <Td dataLabel={_("Format")}>{volume.format ?? "–"}</Td>
      <Td dataLabel={_("Capacity")} modifier="nowrap">{bytes(capacity)}</Td>
      <Td dataLabel={_("Allocated")} modifier="nowrap">{bytes(allocation)}</Td>
      <Td dataLabel={_("Used by")}><Users use={use} uri={connection?.demo ? "" : (connection?.uri ?? "")} /></Td>
      <Td dataLabel={_("Actions")} isActionCell><Menu name={name} entries={entries} enabled={place.enabled} /></Td>
    </Tr>
  );
}

/** Machines by link, and the volumes that are based on it. */
function Users({ use: { machines, volumes }, uri }: { use: Use; uri: string }) {
  if (machines.length + volumes.length === 0) return <>–</>;
  return (
    <>
      {machines.map(({ key, name }, index) => (
        <Fragment key={key}>
          {index > 0 && ", "}
          <MachineLink id={key} uri={uri} name={name} />
        </Fragment>
      ))}
      {volumes.length > 0 && (
        <span className="ph-note">{format(ngettext("Base of $0", "Base of $0", volumes.length), volumes.map(({ name }) => name).join(", "))}</span>
      )}
    </>
  );
}

function MachineLink({ id, uri, name }: { id: string; uri: string; name: string }) {
  const connection = uri ? `&connection=${encodeURIComponent(uri)}` : "";
  const href = `/machines#/machine?id=${id}${connection}`;
  return (
    <Button variant="link" isInline className="ph-user" onClick={() => jump(href)}><bdi>{name}</bdi></Button>
  );
}

function bytes(count: number | undefined): string {
  return count === undefined ? "–" : format_bytes(count, 1024);
}
