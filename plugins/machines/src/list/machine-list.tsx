import { connect } from "../../../lib/rpc";
import type { MachinesState, Samples } from "../model";
import { connectionsFile } from "../../../lib/libvirt/connections-file";
import { Fleet } from "./fleet";
import { MachinesPage } from "./machines-page";
import { SavedConnections } from "../../../lib/libvirt/saved-connections";

/** Milliseconds between readings of the load. */
const INTERVAL = 2000;

let fleet: Fleet | undefined;
let saved: SavedConnections | undefined;

/** The list, whose connections stay while another page of this package is on show: coming back shows it at once. */
export function MachineList() {
  fleet ??= new Fleet((uri) =>
    connect<MachinesState, Samples>("libvirt1", {
      superuser: "try",
      parts: ["domains", "jobs"],
      interval: INTERVAL,
      ...(uri && { uri }),
    }),
  );
  saved ??= new SavedConnections(connectionsFile());
  return <MachinesPage fleet={fleet} saved={saved} />;
}
