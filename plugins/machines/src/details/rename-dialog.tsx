import { useState } from "react";
import { FormGroup } from "@patternfly/react-core/dist/esm/components/Form";
import { TextInput } from "@patternfly/react-core/dist/esm/components/TextInput";
import { gettext as _ } from "../../../lib/cockpit";
import { FormDialog, TitleWithName } from "../../../lib/libvirt/form-dialog";
import type { Machine } from "./model";
import { VirshCommand } from "./virsh-command";

export function RenameDialog({ machine, onClose }: { machine: Machine; onClose(): void }) {
  const { backend, id, domain } = machine;
  const [name, setName] = useState(domain.name);
  return (
    <FormDialog
      title={<TitleWithName text={_("Rename $0")} name={domain.name} />}
      label={_("Rename")}
      isIncomplete={name === "" || name === domain.name}
      onConfirm={() => backend.call("domain_rename", { key: id, name })}
      onClose={onClose}
    >
      <FormGroup label={_("New name")} fieldId="name">
        <TextInput id="name" value={name} onChange={(_event, value) => setName(value)} autoFocus />
      </FormGroup>
      <VirshCommand machine={machine} method="domain_rename" params={{ name }} />
    </FormDialog>
  );
}
