import { useSyncExternalStore } from "react";
import { location } from "../../../lib/cockpit";
import { connect } from "../../../lib/rpc";
import type { Samples } from "../model";
import { ConsoleWindow } from "../console/console-window";
import { parseAddress } from "./address";
import { MachinePage } from "./machine-page";
import type { Backend, DetailsState } from "./model";

/** Milliseconds between readings of the load. */
const INTERVAL = 2000;

const backends = new Map<string, Backend>();

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

function backendOf(uri: string): Backend {
  const known = backends.get(uri);
  if (known) return known;
  const options = { superuser: "try", parts: ["domains", "jobs"], interval: INTERVAL, ...(uri && { uri }) };
  const backend = connect<DetailsState, Samples>("libvirt1", options);
  backends.set(uri, backend);
  return backend;
}

function followAddress(moved: () => void): () => void {
  window.addEventListener("hashchange", moved);
  return () => window.removeEventListener("hashchange", moved);
}
