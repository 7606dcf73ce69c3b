import { CommandsDialog } from "../../lib/libvirt/commands-dialog";
import { commandsOf } from "../../lib/libvirt/virsh-commands";
import { gettext as _ } from "../../lib/cockpit";
import type { Place, Pool } from "./model";

interface PoolCommandsProps {
  place: Place;
  poolKey: string;
  pool: Pool;
  onClose(): void;
}

/** What does the same on the command line, for all that a pool offers. */
export function PoolCommands({ place, poolKey, pool, onClose }: PoolCommandsProps) {
  const entry = (label: string, method: string, params: Record<string, boolean> = {}) => ({
    label,
    ask: commandsOf(place.backend, method, { key: poolKey, ...params }),
  });
  const entries = [
    pool.active ? entry(_("Stop"), "pool_stop") : entry(_("Start"), "pool_start"),
    entry(_("Refresh"), "pool_refresh"),
    pool.autostart
      ? entry(_("Do not start with the host"), "pool_set_autostart", { on: false })
      : entry(_("Start with the host"), "pool_set_autostart", { on: true }),
    entry(_("Delete"), "pool_delete"),
  ];
  return <CommandsDialog name={pool.name} entries={entries} onClose={onClose} />;
}
