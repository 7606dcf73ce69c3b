import { useSyncExternalStore } from "react";
import { location } from "../../../lib/cockpit";
import { followAddress } from "../../../lib/libvirt/address";
import { backendsWith } from "../../../lib/libvirt/backends";
import type { Samples } from "../model";
import { ConsoleWindow } from "../console/console-window";
import { parseAddress } from "./address";
import { MachinePage } from "./machine-page";
import type { DetailsState } from "./model";

/** Milliseconds between readings of the load. */
const INTERVAL = 2000;

const backendOf = backendsWith<DetailsState, Samples>({ parts: ["domains", "jobs"], interval: INTERVAL });

/** The page of the machine that the address names. Its connection stays for the next one. */
export function MachineRoute() {
  useSyncExternalStore(followAddress, () => location().href);
  const address = parseAddress(location().options);
  return <MachinePage key={address.id} backend={backendOf(address.connection)} address={address} />;
}

/** The console alone of the machine that the address names: a window of its own. */
export function ConsoleRoute() {
  useSyncExternalStore(followAddress, () => location().href);
  const address = parseAddress(location().options);
  return <ConsoleWindow key={address.id} backend={backendOf(address.connection)} address={address} />;
}
