import { useState } from "react";
import { FormGroup, FormHelperText } from "@patternfly/react-core/dist/esm/components/Form";
import { HelperText, HelperTextItem } from "@patternfly/react-core/dist/esm/components/HelperText";
import { TextInput } from "@patternfly/react-core/dist/esm/components/TextInput";
import { gettext as _ } from "../../lib/cockpit";
import { FormDialog, TitleWithName } from "../../lib/libvirt/form-dialog";
import { VirshCommands, commandsOf } from "../../lib/libvirt/virsh-commands";
import type { JsonObject } from "../../lib/merge";
import { ENTRIES, entryOf, nameOf, shownIn } from "./entries";
import type { Backend, Entry, Section } from "./model";

interface EntryDialogProps {
  backend: Backend;
  id: string;
  section: Section;
  /** None: a new one. */
  edited?: Entry | undefined;
  onClose(): void;
}

/** Asks for an entry; it is there at once, and after the next start. */
export function EntryDialog({ backend, id, section, edited, onClose }: EntryDialogProps) {
  const { add, edit, fields } = ENTRIES[section];
  const [texts, setTexts] = useState<Readonly<Record<string, string>>>(() =>
    Object.fromEntries(fields.map(({ name }) => [name, edited ? shownIn(edited, name) : ""])),
  );
  const entry = entryOf(section, texts);
  const params = paramsOf(id, section, edited, entry);
  const isIncomplete = Object.keys(entry).length < 2;
  return (
    <FormDialog
      title={edited ? _(edit) : _(add)}
      label={edited ? _("Save") : _("Add")}
      isIncomplete={isIncomplete}
      onConfirm={() => backend.call("network_update", params)}
      onClose={onClose}
    >
      {fields.map(({ name, label, help }, index) => (
        <FormGroup key={name} label={_(label)} fieldId={`entry-${name}`}>
          <TextInput
            id={`entry-${name}`}
            value={texts[name] ?? ""}
            spellCheck="false"
            autoCapitalize="none"
            autoFocus={index === 0}
            onChange={(_event, value) => setTexts({ ...texts, [name]: value })}
          />
          {help && <FormHelperText><HelperText><HelperTextItem>{_(help)}</HelperTextItem></HelperText></FormHelperText>}
        </FormGroup>
      ))}
      <p className="ph-note">{_("It takes effect at once, and stays after the next start.")}</p>
      {!isIncomplete && <VirshCommands ask={commandsOf(backend, "network_update", params)} asked={JSON.stringify(params)} />}
    </FormDialog>
  );
}

/** Asks before an entry is removed. */
export function RemoveDialog({ backend, id, section, entry, onClose }: EntryDialogProps & { entry: Entry }) {
  const params = paramsOf(id, section, entry, {});
  return (
    <FormDialog
      title={<TitleWithName text={_("Remove $0?")} name={nameOf(section, entry)} />}
      label={_("Remove")}
      danger
      onConfirm={() => backend.call("network_update", params)}
      onClose={onClose}
    >
      <p>{_(ENTRIES[section].loss)}</p>
      <VirshCommands ask={commandsOf(backend, "network_update", params)} asked={JSON.stringify(params)} />
    </FormDialog>
  );
}

function paramsOf(id: string, section: Section, remove: Entry | undefined, add: Entry): JsonObject {
  return { key: id, section, remove: { ...remove } as JsonObject, add: { ...add } as JsonObject };
}
