import { useSyncExternalStore } from "react";
import { location } from "../../lib/cockpit";
import { followAddress } from "../../lib/libvirt/address";
import { backendsWith } from "../../lib/libvirt/backends";
import { connectionsFile } from "../../lib/libvirt/connections-file";
import { SavedConnections } from "../../lib/libvirt/saved-connections";
import { parsePlace } from "./address";
import type { NetworksState } from "./model";
import { NetworkPage } from "./network-page";
import { NetworksPage } from "./networks-page";

const backendOf = backendsWith<NetworksState, never>({ parts: ["domains", "networks", "node_devices", "jobs"] });
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
