import { type Connection, connect } from "../../../lib/rpc";
import type { MachinesState, Samples } from "../model";
import { MachinesPage } from "./machines-page";

/** Milliseconds between readings of the load. */
const INTERVAL = 2000;

let backend: Connection<MachinesState, Samples> | undefined;

/** The list, whose connection stays while another page of this package is on show: coming back shows it at once. */
export function MachineList() {
  backend ??= connect<MachinesState, Samples>("libvirt1", { superuser: "try", parts: ["domains"], interval: INTERVAL });
  return <MachinesPage backend={backend} />;
}
