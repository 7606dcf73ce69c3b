import { gettext as _ } from "../../../lib/cockpit";
import { CommandsDialog } from "../../../lib/libvirt/commands-dialog";
import type { Capabilities } from "../../../lib/libvirt/model";
import { offers } from "../actions";
import type { Domain } from "../model";
import { BULK_ACTIONS, TAGS } from "./bulk-actions";
import type { Fleet } from "./fleet";

interface RowCommandsProps {
  fleet: Fleet;
  domainKey: string;
  domain: Domain;
  capabilities: Capabilities;
  onClose(): void;
}

/** What to type to do by virsh what a machine's row and its menu do. */
export function RowCommands({ fleet, domainKey, domain, capabilities, onClose }: RowCommandsProps) {
  const { primary, others } = offers(domain, capabilities);
  const own = [...(primary ? [primary] : []), ...others].map(({ action: { method, label } }) => ({ method, label, params: {} }));
  const further = BULK_ACTIONS.filter(({ from }) => !from).map(({ method, label, params = {} }) => ({
    method,
    label,
    params: method === TAGS.method ? { add: [_("New tag")], remove: [] } : params,
  }));
  const entries = [...own, ...further].map(({ method, label, params }) => ({
    label: _(label),
    ask: () => fleet.commands(method, domainKey, params),
  }));
  return <CommandsDialog name={domain.name} entries={entries} onClose={onClose} />;
}
