import { useState } from "react";
import { Checkbox } from "@patternfly/react-core/dist/esm/components/Checkbox";
import { format, gettext as _, ngettext } from "../../lib/cockpit";
import { FormDialog, TitleWithName } from "../../lib/libvirt/form-dialog";
import { refusal } from "../../lib/libvirt/model";
import { VirshCommands, commandsOf } from "../../lib/libvirt/virsh-commands";
import type { Place, Pool } from "./model";
import type { VolumeRow } from "./storage-page";
import type { Use } from "./uses";

interface PoolDialogProps {
  place: Place;
  poolKey: string;
  pool: Pool;
  volumes: readonly VolumeRow[];
  uses: ReadonlyMap<string, Use>;
  onClose(): void;
}

/** Asks before a pool's volumes are taken away from machines. */
export function StopPoolDialog({ place, poolKey, pool, volumes, uses, onClose }: PoolDialogProps) {
  return (
    <FormDialog
      title={<TitleWithName text={_("Stop $0?")} name={pool.name} />}
      label={_("Stop")}
      danger
      onConfirm={() => place.backend.call("pool_stop", { key: poolKey })}
      onClose={onClose}
    >
      <p>{_("Its volumes stay as they are, but machines cannot be started with them until the pool runs again.")}</p>
      <Users volumes={volumes} uses={uses} />
      {!pool.persistent && <p>{_("It has no stored definition: when it stops, it is gone from the list.")}</p>}
      <VirshCommands ask={commandsOf(place.backend, "pool_stop", { key: poolKey })} />
    </FormDialog>
  );
}

/** Asks before a pool is forgotten, and whether what lies in it shall be deleted. */
export function DeletePoolDialog({ place, poolKey, pool, volumes, uses, onClose }: PoolDialogProps) {
  const [contents, setContents] = useState(false);
  const params = { key: poolKey, contents };
  const count = volumes.length;
  return (
    <FormDialog
      title={<TitleWithName text={_("Delete $0?")} name={pool.name} />}
      label={contents ? _("Delete pool and volumes") : _("Delete pool")}
      danger
      variant="medium"
      onConfirm={() => place.backend.call("pool_delete", params)}
      onClose={onClose}
    >
      <p>{_("libvirt forgets the pool: its definition is lost.")} {!contents && _("What lies in it stays where it is.")}</p>
      <Users volumes={volumes} uses={uses} />
      <Checkbox
        id="contents"
        label={
          count > 0
            ? format(ngettext("Delete its $0 volume with all that is on it", "Delete its $0 volumes with all that is on them", count), count)
            : _("Delete the folder or the group that it lies in")
        }
        description={
          pool.active
            ? _("This cannot be undone. Where one of them is in use, nothing at all is deleted and you are told.")
            : _("The pool must run for that.")
        }
        isDisabled={!pool.active || refusal(place, "volume_delete") !== undefined}
        isChecked={contents}
        onChange={(_event, on) => setContents(on)}
      />
      <VirshCommands ask={commandsOf(place.backend, "pool_delete", params)} asked={String(contents)} />
    </FormDialog>
  );
}

function Users({ volumes, uses }: Pick<PoolDialogProps, "volumes" | "uses">) {
  const machines = [...new Set(volumes.flatMap(([key]) => uses.get(key)?.machines.map(({ name }) => name) ?? []))];
  if (machines.length === 0) return null;
  return <p>{format(ngettext("$0 machine has a disk in it: $1", "$0 machines have disks in it: $1", machines.length), machines.length, machines.join(", "))}</p>;
}
