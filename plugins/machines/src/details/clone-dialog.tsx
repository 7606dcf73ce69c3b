import { useState } from "react";
import { FormGroup } from "@patternfly/react-core/dist/esm/components/Form";
import { Radio } from "@patternfly/react-core/dist/esm/components/Radio";
import { TextInput } from "@patternfly/react-core/dist/esm/components/TextInput";
import { format, gettext as _, location } from "../../../lib/cockpit";
import { formatAddress } from "./address";
import { FormDialog, TitleWithName } from "../../../lib/libvirt/form-dialog";
import { type Machine, devicesOf } from "./model";

/** Copies a machine that is off, with its disks or with disks that are based on them. */
export function CloneDialog({ machine, onClose }: { machine: Machine; onClose(): void }) {
  const { backend, id, domain, followed, connection } = machine;
  const [name, setName] = useState(() => `${domain.name}-clone`);
  const [storage, setStorage] = useState<"full" | "linked">("full");
  const disks = devicesOf(followed, "disk").filter(([, { source, readonly }]) => source && !readonly);
  const clone = async () => {
    const { made } = await backend.call<{ made?: string; job?: string }>("domain_clone", { key: id, name, storage });
    // What takes longer is a job, which the page shows.
    if (made) location().go(["machine"], formatAddress({ id: made, connection: connection.demo ? "" : connection.uri }));
  };
  return (
    <FormDialog
      title={<TitleWithName text={_("Clone $0")} name={domain.name} />}
      label={_("Clone")}
      variant="medium"
      isIncomplete={name === ""}
      onConfirm={clone}
      onClose={onClose}
    >
      <FormGroup label={_("Name of the clone")} fieldId="name">
        <TextInput id="name" value={name} onChange={(_event, value) => setName(value)} autoFocus />
      </FormGroup>
      <FormGroup role="radiogroup" label={_("Disks")} fieldId="storage-full">
        <Radio
          id="storage-full"
          name="storage"
          label={_("Copy them")}
          description={format(_("The clone depends on nothing. $0 volumes are copied, which takes time and space."), disks.length)}
          isChecked={storage === "full"}
          onChange={() => setStorage("full")}
        />
        <Radio
          id="storage-linked"
          name="storage"
          label={_("Base new ones on them")}
          description={_("It is done at once and takes no space at first. The original must not be started or deleted any more: that would destroy the clone.")}
          isChecked={storage === "linked"}
          onChange={() => setStorage("linked")}
        />
      </FormGroup>
      <p className="ph-note">{_("The clone gets a UUID and MAC addresses of its own. Read-only disks are used by both.")}</p>
    </FormDialog>
  );
}
