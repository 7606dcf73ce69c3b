import { connect } from "../../../lib/rpc";
import type { MachinesState, Samples } from "../model";
import { Fleet } from "./fleet";
import { MachinesPage } from "./machines-page";

/** Milliseconds between readings of the load. */
const INTERVAL = 2000;

let fleet: Fleet | undefined;

/** The list, whose connections stay while another page of this package is on show: coming back shows it at once. */
export function MachineList() {
  fleet ??= new Fleet((uri) =>
    connect<MachinesState, Samples>("libvirt1", {
      superuser: "try",
      parts: ["domains"],
      interval: INTERVAL,
      ...(uri && { uri }),
    }),
  );
  return <MachinesPage fleet={fleet} />;
}
