import { useState } from "react";
import { Checkbox } from "@patternfly/react-core/dist/esm/components/Checkbox";
import { FormGroup } from "@patternfly/react-core/dist/esm/components/Form";
import { Radio } from "@patternfly/react-core/dist/esm/components/Radio";
import { TextArea } from "@patternfly/react-core/dist/esm/components/TextArea";
import { TextInput } from "@patternfly/react-core/dist/esm/components/TextInput";
import { format, gettext as _, ngettext } from "../../../lib/cockpit";
import { lookOf } from "../states";
import { FormDialog, TitleWithName } from "../../../lib/libvirt/form-dialog";
import { refusal } from "../../../lib/libvirt/model";
import { type Machine } from "./model";
import { type SnapshotNode, countBelow } from "./snapshot-tree";
import { VirshCommand } from "./virsh-command";

interface DialogProps {
  machine: Machine;
  onClose(): void;
}

type Kind = "internal" | "memory" | "disks";

export function CreateSnapshotDialog({ machine, onClose }: DialogProps) {
  const { backend, id, domain } = machine;
  const live = lookOf(domain.state).live;
  const noInternal = refusal(machine, "snapshot_create");
  const noExternal = refusal(machine, "snapshot_create_external");
  const [name, setName] = useState(() => new Date().toISOString().slice(0, 19).replace("T", " ").replaceAll(":", "-"));
  const [description, setDescription] = useState("");
  const [kind, setKind] = useState<Kind>(noInternal === undefined ? "internal" : "disks");
  const method = kind === "internal" ? "snapshot_create" : "snapshot_create_external";
  const params = { name, description, ...(kind !== "internal" && { memory: kind === "memory" }) };
  const choice = (value: Kind, label: string, text: string, refused: string | undefined) => (
    <Radio
      id={`kind-${value}`}
      name="kind"
      label={label}
      description={refused || text}
      isDisabled={refused !== undefined}
      isChecked={kind === value}
      onChange={() => setKind(value)}
    />
  );
  return (
    <FormDialog
      title={<TitleWithName text={_("Snapshot of $0")} name={domain.name} />}
      label={_("Create")}
      variant="medium"
      isIncomplete={name === ""}
      onConfirm={() => backend.call(method, { key: id, ...params })}
      onClose={onClose}
    >
      <FormGroup label={_("Name")} fieldId="name">
        <TextInput id="name" value={name} onChange={(_event, value) => setName(value)} autoFocus />
      </FormGroup>
      <FormGroup label={_("Description")} fieldId="description">
        <TextArea id="description" value={description} onChange={(_event, value) => setDescription(value)} rows={3} resizeOrientation="vertical" />
      </FormGroup>
      <FormGroup role="radiogroup" label={_("Kind")} fieldId="kind-internal">
        {choice(
          "internal",
          _("Internal"),
          live ? _("Memory and disks, inside the disks' own files, which have to be qcow2. The guest stands still meanwhile.") : _("The disks, inside their own files, which have to be qcow2."),
          noInternal,
        )}
        {live && choice("memory", _("External, with memory"), _("The memory goes to a file beside the first disk; the disks go on in new files."), noExternal)}
        {choice(
          "disks",
          live ? _("External, disks alone") : _("External"),
          live ? _("The disks go on in new files. Going back to it is like starting after a power cut.") : _("The disks go on in new files."),
          noExternal,
        )}
      </FormGroup>
      <VirshCommand machine={machine} method={method} params={params} />
    </FormDialog>
  );
}

export function RevertDialog({ machine, node, onClose }: DialogProps & { node: SnapshotNode }) {
  const { backend, id, domain } = machine;
  const [force, setForce] = useState(false);
  const params = { snapshot: node.name, force };
  return (
    <FormDialog
      title={<TitleWithName text={_("Revert to $0?")} name={node.name} />}
      label={_("Revert")}
      danger
      onConfirm={() => backend.call("snapshot_revert", { key: id, ...params })}
      onClose={onClose}
    >
      <p>
        {lookOf(domain.state).live
          ? _("What is in the memory and on the disks of the machine now is lost, unless another snapshot has it. It is stopped without notice.")
          : _("What is on the disks of the machine now is lost, unless another snapshot has it.")}
      </p>
      <Checkbox
        id="force"
        label={_("Even where the machine was changed since")}
        description={_("libvirt refuses where it cannot tell whether the guest fits the snapshot.")}
        isChecked={force}
        onChange={(_event, on) => setForce(on)}
      />
      <VirshCommand machine={machine} method="snapshot_revert" params={params} />
    </FormDialog>
  );
}

export function DeleteSnapshotDialog({ machine, node, onClose }: DialogProps & { node: SnapshotNode }) {
  const { backend, id } = machine;
  const below = countBelow(node);
  const [children, setChildren] = useState(false);
  const params = { snapshot: node.name, children };
  return (
    <FormDialog
      title={<TitleWithName text={_("Delete the snapshot $0?")} name={node.name} />}
      label={_("Delete")}
      danger
      onConfirm={() => backend.call("snapshot_delete", { key: id, ...params })}
      onClose={onClose}
    >
      <p>{_("What the machine was then can no longer be had. What it is now stays as it is.")}</p>
      {below > 0 && (
        <Checkbox
          id="children"
          label={format(ngettext("Delete the $0 snapshot made from it as well", "Delete the $0 snapshots made from it as well", below), below)}
          isChecked={children}
          onChange={(_event, on) => setChildren(on)}
        />
      )}
      <VirshCommand machine={machine} method="snapshot_delete" params={params} />
    </FormDialog>
  );
}
