import { useState } from "react";
import { Checkbox } from "@patternfly/react-core/dist/esm/components/Checkbox";
import { FormGroup } from "@patternfly/react-core/dist/esm/components/Form";
import { FormSelect, FormSelectOption } from "@patternfly/react-core/dist/esm/components/FormSelect";
import { TextInput } from "@patternfly/react-core/dist/esm/components/TextInput";
import { gettext as _ } from "../../lib/cockpit";
import { FormDialog, TitleWithName } from "../../lib/libvirt/form-dialog";
import { VirshCommands, commandsOf } from "../../lib/libvirt/virsh-commands";
import type { Place, Pool } from "./model";
import { nextPartition } from "./partitions";
import { volumeFormats } from "./pool-types";
import { SizeInput, type Size } from "./size-input";
import { bytesOf } from "./sizes";
import type { VolumeRow } from "./storage-page";

interface CreateVolumeDialogProps {
  place: Place;
  poolKey: string;
  pool: Pool;
  volumes: readonly VolumeRow[];
  onClose(): void;
}

/** Makes a volume, alone or based on another one of the pool. */
export function CreateVolumeDialog({ place, poolKey, pool, volumes, onClose }: CreateVolumeDialogProps) {
  const formats = volumeFormats(pool.type);
  const [name, setName] = useState(() => (pool.type === "disk" ? nextPartition(pool.device, volumes.map(([, each]) => each.name)) : ""));
  const [volumeFormat, setFormat] = useState(formats[0] ?? "");
  const [size, setSize] = useState<Size>({ text: "10", unit: "GiB" });
  const [whole, setWhole] = useState(false);
  const [backing, setBacking] = useState("");
  const capacity = bytesOf(size.text, size.unit);
  const layered = volumeFormat === "qcow2" || volumeFormat === "qed";
  const params = {
    key: poolKey,
    name,
    capacity: capacity ?? 0,
    ...(volumeFormat && { volume_format: volumeFormat }),
    ...(layered && backing && { backing }),
    ...(volumeFormat === "raw" && { allocation: whole ? (capacity ?? 0) : 0 }),
  };
  return (
    <FormDialog
      title={<TitleWithName text={_("Create a volume in $0")} name={pool.name} />}
      label={_("Create")}
      isIncomplete={!name || capacity === undefined}
      onConfirm={() => place.backend.call("volume_create", params)}
      onClose={onClose}
    >
      <FormGroup label={_("Name")} isRequired fieldId="volume-name">
        <TextInput id="volume-name" value={name} spellCheck="false" autoCapitalize="none" autoFocus onChange={(_event, value) => setName(value)} />
      </FormGroup>
      <SizeInput id="volume-size" label={_("Capacity")} size={size} onChange={setSize} />
      {formats.length > 0 && (
        <FormGroup label={_("Format")} fieldId="volume-format">
          <FormSelect id="volume-format" value={volumeFormat} onChange={(_event, value) => setFormat(value)}>
            {formats.map((each) => <FormSelectOption key={each} value={each} label={each} />)}
          </FormSelect>
        </FormGroup>
      )}
      {layered && volumes.length > 0 && (
        <FormGroup label={_("Based on")} fieldId="volume-backing">
          <FormSelect id="volume-backing" value={backing} onChange={(_event, value) => setBacking(value)}>
            <FormSelectOption value="" label={_("Nothing")} />
            {volumes.map(([key, volume]) => <FormSelectOption key={key} value={key} label={volume.name} />)}
          </FormSelect>
        </FormGroup>
      )}
      {volumeFormat === "raw" && (
        <Checkbox id="volume-whole" label={_("Take all of its space at once")} isChecked={whole} onChange={(_event, on) => setWhole(on)} />
      )}
      <VirshCommands ask={commandsOf(place.backend, "volume_create", params)} asked={JSON.stringify(params)} />
    </FormDialog>
  );
}
