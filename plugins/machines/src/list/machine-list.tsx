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
  saved ??= new SavedConnections(connectionsFile());
  return <MachinesPage fleet={openFleet()} saved={saved} />;
}

/** Opens the list's first connection, if it is not open: it is under way while the page is drawn. */
export function openFleet(): Fleet {
  fleet ??= new Fleet((uri) =>
    connect<MachinesState, Samples>("libvirt1", {
      superuser: "try",
      parts: ["domains", "jobs"],
      interval: INTERVAL,
      ...(uri && { uri }),
    }),
  );
  return fleet;
}
