import { useSyncExternalStore } from "react";
import { location } from "../../lib/cockpit";
import { connectionsFile } from "../../lib/libvirt/connections-file";
import { SavedConnections } from "../../lib/libvirt/saved-connections";
import { connect } from "../../lib/rpc";
import { parsePlace } from "./address";
import type { Backend, NetworksState } from "./model";
import { NetworkPage } from "./network-page";
import { NetworksPage } from "./networks-page";

const backends = new Map<string, Backend>();
let saved: SavedConnections | undefined;

/** The page that the address asks for. A connection stays while another page of this package is on show. */
export function CurrentPage() {
  useSyncExternalStore(followAddress, () => location().href);
  const { path, options } = location();
  const place = parsePlace(options);
  const backend = backendOf(place.connection);
  if (path[0] === "network" && place.id) return <NetworkPage key={`${place.id} ${place.connection}`} backend={backend} place={place} />;
  saved ??= new SavedConnections(connectionsFile());
  return <NetworksPage key={place.connection} backend={backend} place={place} saved={saved} />;
}

function backendOf(uri: string): Backend {
  const known = backends.get(uri);
  if (known) return known;
  const options = { superuser: "try", parts: ["domains", "networks", "node_devices"], ...(uri && { uri }) };
  const backend = connect<NetworksState, never>("libvirt1", options);
  backends.set(uri, backend);
  return backend;
}

function followAddress(moved: () => void): () => void {
  window.addEventListener("hashchange", moved);
  return () => window.removeEventListener("hashchange", moved);
}
