import { connectionsFile } from "../../../lib/libvirt/connections-file";
import { MachinesPage } from "./machines-page";
import { openFleet } from "./open-fleet";
import { SavedConnections } from "../../../lib/libvirt/saved-connections";

let saved: SavedConnections | undefined;

/** The list; coming back to it shows at once what it showed before. */
export function MachineList() {
  saved ??= new SavedConnections(connectionsFile());
  return <MachinesPage fleet={openFleet()} saved={saved} />;
}
