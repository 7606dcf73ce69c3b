import { useState } from "react";
import { Alert } from "@patternfly/react-core/dist/esm/components/Alert";
import { FormGroup } from "@patternfly/react-core/dist/esm/components/Form";
import { FormSelect, FormSelectOption } from "@patternfly/react-core/dist/esm/components/FormSelect";
import { TextInput } from "@patternfly/react-core/dist/esm/components/TextInput";
import { format, format_bytes, gettext as _ } from "../../lib/cockpit";
import { FormDialog, TitleWithName } from "../../lib/libvirt/form-dialog";
import { VirshCommands, commandsOf } from "../../lib/libvirt/virsh-commands";
import type { Place, Pool, Rows, Volume } from "./model";
import { volumeFormats } from "./pool-types";
import { SizeInput } from "./size-input";
import { bytesOf, sizeText } from "./sizes";
import type { Use } from "./uses";

export interface VolumeDialogProps {
  place: Place;
  volumeKey: string;
  volume: Volume;
  use: Use;
  onClose(): void;
}

export function ResizeVolumeDialog({ place, volumeKey, volume, use, onClose }: VolumeDialogProps) {
  const { name, capacity: before = 0 } = volume;
  const [size, setSize] = useState(() => sizeText(before));
  const capacity = bytesOf(size.text, size.unit);
  const smaller = capacity !== undefined && capacity < before;
  const params = { key: volumeKey, capacity: capacity ?? 0, shrink: smaller };
  return (
    <FormDialog
      title={<TitleWithName text={_("Resize $0")} name={name} />}
      label={smaller ? _("Cut off its end") : _("Resize")}
      danger={smaller}
      isIncomplete={capacity === undefined}
      onConfirm={() => place.backend.call("volume_resize", params)}
      onClose={onClose}
    >
      <p>{format(_("It has $0 now. File systems on it keep their size until they are resized as well."), format_bytes(before, 1024))}</p>
      <SizeInput id="new-size" label={_("Capacity")} size={size} onChange={setSize} />
      {smaller && (
        <Alert variant="danger" isInline component="h2" title={_("What lies behind its new end is lost, and a file system that reaches there is destroyed.")} />
      )}
      <UsedBy use={use} />
      <VirshCommands ask={commandsOf(place.backend, "volume_resize", params)} asked={JSON.stringify(params)} />
    </FormDialog>
  );
}

export function CloneVolumeDialog({ place, volumeKey, volume, use, pools, onClose }: VolumeDialogProps & { pools: Rows<Pool> }) {
  const [name, setName] = useState(() => copyName(volume.name));
  const [pool, setPool] = useState(volume.pool);
  const [volumeFormat, setFormat] = useState("");
  const targets = Object.entries(pools).filter(([, each]) => each.active);
  const formats = volumeFormats(pools[pool]?.type);
  const params = { key: volumeKey, name, pool, ...(volumeFormat && { volume_format: volumeFormat }) };
  return (
    <FormDialog
      title={<TitleWithName text={_("Clone $0")} name={volume.name} />}
      label={_("Clone")}
      isIncomplete={!name}
      onConfirm={() => place.backend.call("volume_clone", params)}
      onClose={onClose}
    >
      <FormGroup label={_("Name of the clone")} isRequired fieldId="clone-name">
        <TextInput id="clone-name" value={name} spellCheck="false" autoCapitalize="none" autoFocus onChange={(_event, value) => setName(value)} />
      </FormGroup>
      <FormGroup label={_("Pool")} fieldId="clone-pool">
        <FormSelect id="clone-pool" value={pool} onChange={(_event, value) => setPool(value)}>
          {targets.map(([key, each]) => <FormSelectOption key={key} value={key} label={each.name} />)}
        </FormSelect>
      </FormGroup>
      {formats.length > 0 && (
        <FormGroup label={_("Format")} fieldId="clone-format">
          <FormSelect id="clone-format" value={volumeFormat} onChange={(_event, value) => setFormat(value)}>
            <FormSelectOption value="" label={_("As it is")} />
            {formats.map((each) => <FormSelectOption key={each} value={each} label={each} />)}
          </FormSelect>
        </FormGroup>
      )}
      {use.machines.length > 0 && <p>{_("A machine that writes to it meanwhile makes the copy worthless: shut it down first.")}</p>}
      <VirshCommands ask={commandsOf(place.backend, "volume_clone", params)} asked={JSON.stringify(params)} />
    </FormDialog>
  );
}

export function WipeVolumeDialog({ place, volumeKey, volume, use, onClose }: VolumeDialogProps) {
  return (
    <FormDialog
      title={<TitleWithName text={_("Wipe $0?")} name={volume.name} />}
      label={_("Wipe")}
      danger
      onConfirm={() => place.backend.call("volume_wipe", { key: volumeKey })}
      onClose={onClose}
    >
      <p>{_("All that it holds is overwritten with zeroes and lost, its partitions and its format included. Copies and snapshots elsewhere stay.")}</p>
      <UsedBy use={use} />
      <VirshCommands ask={commandsOf(place.backend, "volume_wipe", { key: volumeKey })} />
    </FormDialog>
  );
}

export function DeleteVolumeDialog({ place, volumeKey, volume, use, onClose }: VolumeDialogProps) {
  return (
    <FormDialog
      title={<TitleWithName text={_("Delete $0?")} name={volume.name} />}
      label={_("Delete")}
      danger
      onConfirm={() => place.backend.call("volume_delete", { key: volumeKey })}
      onClose={onClose}
    >
      <p>{format(_("It is deleted with all that it holds ($0). This cannot be undone."), format_bytes(volume.allocation ?? 0, 1024))}</p>
      <UsedBy use={use} />
      <VirshCommands ask={commandsOf(place.backend, "volume_delete", { key: volumeKey })} />
    </FormDialog>
  );
}

export function UsedBy({ use: { machines, volumes } }: { use: Use }) {
  const names = [...machines, ...volumes].map(({ name }) => name);
  if (names.length === 0) return null;
  return <p>{format(_("In use by $0."), names.join(", "))}</p>;
}

/** `disk-clone.qcow2` for `disk.qcow2`. */
function copyName(name: string): string {
  const dot = name.lastIndexOf(".");
  return dot > 0 ? `${name.slice(0, dot)}-clone${name.slice(dot)}` : `${name}-clone`;
}
