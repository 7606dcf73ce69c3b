import { useState } from "react";
import { FormGroup } from "@patternfly/react-core/dist/esm/components/Form";
import { FormSelect, FormSelectOption } from "@patternfly/react-core/dist/esm/components/FormSelect";
import { gettext as _ } from "../../../lib/cockpit";
import { FormDialog, TitleWithName } from "../../../lib/libvirt/form-dialog";
import { COMBINATIONS } from "./keys";
import type { Machine } from "./model";
import { VirshCommand } from "./virsh-command";

export function KeysDialog({ machine, onClose }: { machine: Machine; onClose(): void }) {
  const { backend, id, domain } = machine;
  const [index, setIndex] = useState(0);
  const keys = [...(COMBINATIONS[index]?.codes ?? [])];
  return (
    <FormDialog
      title={<TitleWithName text={_("Send keys to $0")} name={domain.name} />}
      label={_("Send")}
      onConfirm={() => backend.call("domain_send_keys", { key: id, keys })}
      onClose={onClose}
    >
      <FormGroup label={_("Keys")} fieldId="keys">
        <FormSelect id="keys" value={index} onChange={(_event, value) => setIndex(Number(value))}>
          {COMBINATIONS.map(({ label }, each) => <FormSelectOption key={label} value={each} label={label} />)}
        </FormSelect>
        <p className="ph-note">{_("The guest may restart or close programs when it gets them.")}</p>
      </FormGroup>
      <VirshCommand machine={machine} method="domain_send_keys" params={{ keys }} />
    </FormDialog>
  );
}
