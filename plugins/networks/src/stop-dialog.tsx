import { List, ListItem } from "@patternfly/react-core/dist/esm/components/List";
import { format, gettext as _, ngettext } from "../../lib/cockpit";
import { FormDialog, TitleWithName } from "../../lib/libvirt/form-dialog";
import { VirshCommands, commandsOf } from "../../lib/libvirt/virsh-commands";
import { attachments, isLive, namesOf } from "./attachments";
import type { Backend, Machines, Network } from "./model";

/** Machines that are named before only their number is told. */
const NAMED = 20;

interface StopDialogProps {
  backend: Backend;
  id: string;
  network: Network;
  machines: Machines;
  /** Whether its definition goes as well. */
  forGood: boolean;
  onDone?(): void;
  onClose(): void;
}

/** Asks before a network is stopped or deleted, and says who loses it. */
export function StopDialog({ backend, id, network, machines, forGood, onDone, onClose }: StopDialogProps) {
  const method = forGood ? "network_delete" : "network_stop";
  const found = attachments(network, machines);
  const live = namesOf(found.filter(({ machine }) => isLive(machine)));
  const off = namesOf(found.filter(({ machine }) => !isLive(machine)));
  const remove = async () => {
    await backend.call(method, { key: id });
    onDone?.();
  };
  return (
    <FormDialog
      title={<TitleWithName text={forGood ? _("Delete $0?") : _("Stop $0?")} name={network.name} />}
      label={forGood ? _("Delete network") : _("Stop network")}
      variant="medium"
      danger
      onConfirm={remove}
      onClose={onClose}
    >
      {forGood && <p>{_("Its definition is gone for good: addresses, DHCP, names and all.")}</p>}
      {!forGood && !network.persistent && <p>{_("It is temporary: once it is stopped, it is gone and has to be defined again.")}</p>}
      {network.active && live.length > 0 && (
        <Named
          text={format(
            ngettext(
              "$0 running machine loses its connection at once, and gets it back only when its interface is plugged in again:",
              "$0 running machines lose their connection at once, and get it back only when their interfaces are plugged in again:",
              live.length,
            ),
            live.length,
          )}
          names={live}
        />
      )}
      {forGood && off.length > 0 && (
        <Named
          text={format(
            ngettext(
              "$0 machine that is off does not start any more until it gets another network:",
              "$0 machines that are off do not start any more until they get another network:",
              off.length,
            ),
            off.length,
          )}
          names={off}
        />
      )}
      {live.length + (forGood ? off.length : 0) === 0 && <p>{_("No machine that is known here is on it.")}</p>}
      <VirshCommands ask={commandsOf(backend, method, { key: id })} asked={method} />
    </FormDialog>
  );
}

function Named({ text, names }: { text: string; names: readonly string[] }) {
  return (
    <div>
      <p>{text}</p>
      <List>
        {names.slice(0, NAMED).map((name) => <ListItem key={name}><bdi>{name}</bdi></ListItem>)}
        {names.length > NAMED && <ListItem>{format(ngettext("and $0 more", "and $0 more", names.length - NAMED), names.length - NAMED)}</ListItem>}
      </List>
    </div>
  );
}
