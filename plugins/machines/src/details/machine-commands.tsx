import { gettext as _ } from "../../../lib/cockpit";
import { CommandsDialog } from "../../../lib/libvirt/commands-dialog";
import type { Machine } from "./model";
import { machineOffers } from "./operations";
import { commandsFor } from "./virsh-command";

/** The virsh commands of every action that this machine offers now. */
export function MachineCommands({ machine, onClose }: { machine: Machine; onClose(): void }) {
  const { domain, capabilities } = machine;
  const { primary, others } = machineOffers(domain, capabilities);
  const offered = [...(primary ? [primary] : []), ...others].filter(({ refused }) => refused === undefined);
  const entries = offered.map(({ action: { label, method } }) => ({ label: _(label), ask: commandsFor(machine, method) }));
  const autostart = {
    label: domain.autostart ? _("Do not start with the host") : _("Start with the host"),
    ask: commandsFor(machine, "domain_set_autostart", { on: !domain.autostart }),
  };
  return <CommandsDialog name={domain.name} entries={[...entries, autostart]} onClose={onClose} />;
}
