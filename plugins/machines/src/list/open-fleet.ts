import { connect } from "../../../lib/rpc";
import type { MachinesState, Samples } from "../model";
import { Fleet } from "./fleet";

/** Milliseconds between readings of the load. */
const INTERVAL = 2000;

let fleet: Fleet | undefined;

/** The list's connections, begun at the first call: they stay while another page of this package is on show. */
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
