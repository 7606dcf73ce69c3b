import { CommandsDialog } from "../../lib/libvirt/commands-dialog";
import { commandsOf } from "../../lib/libvirt/virsh-commands";
import { gettext as _ } from "../../lib/cockpit";
import type { VolumeDialogProps } from "./volume-dialogs";

/** What does the same on the command line, for all that a volume offers. */
export function VolumeCommands({ place, volumeKey, volume, onClose }: VolumeDialogProps) {
  const entry = (label: string, method: string, params: Record<string, string | number> = {}) => ({
    label,
    ask: commandsOf(place.backend, method, { key: volumeKey, ...params }),
  });
  const entries = [
    entry(_("Resize"), "volume_resize", { capacity: volume.capacity ?? 0 }),
    entry(_("Clone"), "volume_clone", { name: "NAME" }),
    entry(_("Download"), "volume_download"),
    entry(_("Upload into it"), "volume_upload"),
    entry(_("Wipe"), "volume_wipe"),
    entry(_("Delete"), "volume_delete"),
  ];
  return <CommandsDialog name={volume.name} entries={entries} onClose={onClose} />;
}
