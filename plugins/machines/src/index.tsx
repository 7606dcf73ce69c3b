import { renderPage } from "../../lib/page";
import { connect } from "../../lib/rpc";
import { MachinesPage } from "./machines-page";
import type { MachinesState, Samples } from "./model";
import "./machines.css";

/** Milliseconds between readings of the load. */
const INTERVAL = 2000;

const backend = connect<MachinesState, Samples>("libvirt1", { superuser: "try", parts: ["domains"], interval: INTERVAL });

renderPage(<MachinesPage backend={backend} />);
