import { type ReactNode, useState } from "react";
import { Checkbox } from "@patternfly/react-core/dist/esm/components/Checkbox";
import { FormGroup } from "@patternfly/react-core/dist/esm/components/Form";
import { TextInput } from "@patternfly/react-core/dist/esm/components/TextInput";
import { gettext as _ } from "../../lib/cockpit";
import { FormDialog, TitleWithName } from "../../lib/libvirt/form-dialog";
import { VirshCommands, commandsOf } from "../../lib/libvirt/virsh-commands";
import type { JsonObject } from "../../lib/merge";
import type { Backend, HostDevice, Network, Networks, Settings } from "./model";
import { draftOf, isIncomplete, newDraft, settingsOf } from "./settings-form";
import { SettingsFields } from "./settings-fields";
import type { Doing } from "./use-actions";

interface SettingsDialogProps {
  backend: Backend;
  networks: Networks;
  devices: Readonly<Record<string, HostDevice>>;
  /** The network that is edited, with what is stored of it; none: a new one. */
  edited?: { id: string; network: Network; stored: Settings } | undefined;
  /** What is done with a network that was just made. */
  onFollowUp?(key: string, name: string, doing: Doing): void;
  onClose(): void;
}

/** Asks for the settings of a network, of a new one or of one that there is. */
export function SettingsDialog({ backend, networks, devices, edited, onFollowUp, onClose }: SettingsDialogProps) {
  const [name, setName] = useState("");
  const [draft, setDraft] = useState(() => (edited ? draftOf(edited.stored) : newDraft(networks)));
  const [start, setStart] = useState(true);
  const [autostart, setAutostart] = useState(true);
  const settings = settingsOf(draft) as unknown as JsonObject;
  const method = edited ? "network_edit" : "network_define";
  const params: JsonObject = edited ? { key: edited.id, settings } : { name, settings };
  const store = async () => {
    const key = await backend.call<string>(method, params);
    if (edited) return;
    // One after the other: the network is there whatever becomes of these.
    if (autostart) onFollowUp?.(key, name, { method: "network_set_autostart", params: { on: true }, failed: _("$0 was created, but does not start with the host") });
    if (start) onFollowUp?.(key, name, { method: "network_start", params: {}, failed: _("$0 was created, but could not be started") });
  };
  const title: ReactNode = edited ? <TitleWithName text={_("Settings of $0")} name={edited.network.name} /> : _("Create network");
  return (
    <FormDialog
      title={title}
      label={edited ? _("Save") : _("Create")}
      variant="medium"
      isIncomplete={isIncomplete(draft) || (!edited && !name.trim())}
      onConfirm={store}
      onClose={onClose}
    >
      {edited?.network.active && (
        <p className="ph-note">{_("The network goes on as it is. What you change takes effect when it is stopped and started.")}</p>
      )}
      {!edited && (
        <FormGroup label={_("Name")} isRequired fieldId="name">
          <TextInput id="name" value={name} maxLength={255} autoFocus onChange={(_event, value) => setName(value)} />
        </FormGroup>
      )}
      <SettingsFields draft={draft} stored={edited?.stored} networks={networks} devices={devices} onChange={(part) => setDraft({ ...draft, ...part })} />
      {!edited && (
        <FormGroup role="group" label={_("Then")} fieldId="start-now">
          <Checkbox id="start-now" label={_("Start it now")} isChecked={start} onChange={(_event, on) => setStart(on)} />
          <Checkbox id="start-later" label={_("Start it whenever the host starts")} isChecked={autostart} onChange={(_event, on) => setAutostart(on)} />
        </FormGroup>
      )}
      <VirshCommands ask={commandsOf(backend, method, params)} asked={JSON.stringify(params)} />
    </FormDialog>
  );
}
