import { useState } from "react";
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { DropdownItem } from "@patternfly/react-core/dist/esm/components/Dropdown";
import { Tooltip } from "@patternfly/react-core/dist/esm/components/Tooltip";
import { gettext as _, location } from "../../lib/cockpit";
import { ActionsDropdown } from "../../lib/libvirt/actions-dropdown";
import { CommandsDialog } from "../../lib/libvirt/commands-dialog";
import { type Capabilities, refusal } from "../../lib/libvirt/model";
import { commandsOf } from "../../lib/libvirt/virsh-commands";
import { formatPlace } from "./address";
import type { Backend, FollowedNetwork, HostDevice, Machines, Network, Networks } from "./model";
import { SettingsDialog } from "./settings-dialog";
import { StopDialog } from "./stop-dialog";
import type { Actions } from "./use-actions";

export interface Shown {
  backend: Backend;
  id: string;
  network: Network;
  capabilities: Capabilities;
  /** False while nobody is there to act. */
  enabled: boolean;
}

interface NetworkActionsProps extends Shown {
  followed: FollowedNetwork | undefined;
  networks: Networks;
  devices: Readonly<Record<string, HostDevice>>;
  machines: Machines;
  actions: Actions;
  connection: string;
}

type Dialog = "edit" | "stop" | "delete" | "commands";

/** Start or stop as a button, all else in a menu, and the dialogs that they need. */
export function NetworkActions({ followed, networks, devices, machines, actions, connection, ...shown }: NetworkActionsProps) {
  const { backend, id, network, enabled } = shown;
  const [dialog, setDialog] = useState<Dialog | null>(null);
  const close = () => setDialog(null);
  const method = network.active ? "network_stop" : "network_start";
  const refused = refusal(shown, method);
  const busy = actions.busy.has(id);
  const main = (
    <Button
      variant={network.active ? "secondary" : "primary"}
      isLoading={busy}
      spinnerAriaLabel={_("Please wait")}
      isDisabled={!enabled || busy}
      isAriaDisabled={Boolean(refused)}
      onClick={(event) => {
        if (event.detail > 1) return;
        if (network.active) setDialog("stop");
        else void actions.run(id, network.name, { method, params: {}, failed: _("$0 could not be started") });
      }}
    >
      {network.active ? _("Stop") : _("Start")}
    </Button>
  );
  const item = (name: Dialog, label: string, why: string | undefined, danger = false) => (
    <DropdownItem key={name} value={name} isDanger={danger} isAriaDisabled={Boolean(why)} description={why || undefined} onClick={() => setDialog(name)}>
      {label}
    </DropdownItem>
  );
  const editRefused = network.persistent ? refusal(shown, "network_edit") : _("A temporary network has no stored definition.");
  return (
    <div className="ph-network-actions">
      {refused ? <Tooltip content={refused}>{main}</Tooltip> : main}
      <ActionsDropdown enabled={enabled}>
        {item("edit", _("Edit settings…"), editRefused)}
        {item("commands", _("Show virsh commands"), undefined)}
        {item("delete", _("Delete…"), refusal(shown, "network_delete"), true)}
      </ActionsDropdown>
      {dialog === "edit" && followed && (
        <SettingsDialog
          backend={backend}
          networks={networks}
          devices={devices}
          edited={{ id, network, stored: followed.stored_settings ?? followed.settings }}
          onClose={close}
        />
      )}
      {dialog === "commands" && <CommandsDialog name={network.name} entries={commands(shown)} onClose={close} />}
      {(dialog === "stop" || dialog === "delete") && (
        <StopDialog
          backend={backend}
          id={id}
          network={network}
          machines={machines}
          forGood={dialog === "delete"}
          onDone={() => dialog === "delete" && location().go([], formatPlace({ connection }))}
          onClose={close}
        />
      )}
    </div>
  );
}

function commands({ backend, id, network }: Shown) {
  const entry = (label: string, method: string, params = {}) => ({ label, ask: commandsOf(backend, method, { key: id, ...params }) });
  return [
    network.active ? entry(_("Stop"), "network_stop") : entry(_("Start"), "network_start"),
    entry(_("Autostart"), "network_set_autostart", { on: !network.autostart }),
    entry(_("DHCP leases"), "network_leases"),
    entry(_("Delete"), "network_delete"),
  ];
}
