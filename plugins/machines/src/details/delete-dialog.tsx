import { useState } from "react";
import { Checkbox } from "@patternfly/react-core/dist/esm/components/Checkbox";
import { FormGroup } from "@patternfly/react-core/dist/esm/components/Form";
import { List, ListItem } from "@patternfly/react-core/dist/esm/components/List";
import { format, gettext as _, location, ngettext } from "../../../lib/cockpit";
import { lookOf } from "../states";
import { FormDialog, TitleWithName } from "../../../lib/libvirt/form-dialog";
import { type Machine, devicesOf } from "./model";
import { VirshCommand } from "./virsh-command";

/** Asks before a machine is deleted, says what goes with it, and which of its disks shall. */
export function DeleteDialog({ machine, onClose }: { machine: Machine; onClose(): void }) {
  const { backend, id, domain, followed } = machine;
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const disks = devicesOf(followed, "disk").filter(([, { source, target }]) => source && target);
  const storage = disks.map(([, { target = "" }]) => target).filter((target) => chosen.has(target));
  const toggle = (target: string, on: boolean) => {
    const next = new Set(chosen);
    if (on) next.add(target);
    else next.delete(target);
    setChosen(next);
  };
  const remove = async () => {
    await backend.call("domain_delete", { key: id, storage });
    location().go([]);
  };
  return (
    <FormDialog
      title={<TitleWithName text={_("Delete $0?")} name={domain.name} />}
      label={storage.length > 0 ? _("Delete machine and disks") : _("Delete machine")}
      variant="medium"
      danger
      onConfirm={remove}
      onClose={onClose}
    >
      <div>
        <p>{_("This cannot be undone. What goes:")}</p>
        <List>{losses(machine).map((loss) => <ListItem key={loss}>{loss}</ListItem>)}</List>
      </div>
      {disks.length > 0 && (
        <FormGroup role="group" label={_("Delete these disks as well, with all that is on them")} fieldId="storage">
          {disks.map(([key, { target = "", source, readonly }]) => (
            <Checkbox
              key={key}
              id={`storage-${target}`}
              label={target}
              description={<bdi>{readonly ? format(_("$0 (read-only)"), source) : source}</bdi>}
              isChecked={chosen.has(target)}
              onChange={(_event, on) => toggle(target, on)}
            />
          ))}
          <p className="ph-note">{_("Where another machine uses one of them, nothing at all is deleted and you are told.")}</p>
        </FormGroup>
      )}
      <VirshCommand machine={machine} method="domain_delete" params={{ storage }} />
    </FormDialog>
  );
}

function losses({ domain, followed }: Machine): string[] {
  const snapshots = Object.keys(followed?.snapshots ?? {}).length;
  return [
    lookOf(domain.state).live ? _("It runs: it is forced off, and unsaved data is lost.") : "",
    _("Its definition, and with UEFI the firmware's variables."),
    domain.managed_save ? _("Its saved memory.") : "",
    snapshots > 0 ? format(ngettext("The record of $0 snapshot.", "The records of $0 snapshots.", snapshots), snapshots) : "",
    followed?.notes || (domain.tags?.length ?? 0) > 0 ? _("Its notes and tags.") : "",
  ].filter(Boolean);
}
