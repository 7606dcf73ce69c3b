import { useSyncExternalStore } from "react";
import { location } from "../../lib/cockpit";
import { followAddress, optionOf } from "../../lib/libvirt/address";
import { backendsWith } from "../../lib/libvirt/backends";
import type { SavedConnections } from "../../lib/libvirt/saved-connections";
import type { StorageState } from "./model";
import { StoragePage } from "./storage-page";

const backendOf = backendsWith<StorageState, never>({ parts: ["domains", "pools", "volumes", "jobs"] });

/** The storage of the connection that the address names; "" leaves the choice to the back end. */
export function StorageRoute({ saved }: { saved: SavedConnections }) {
  const uri = useSyncExternalStore(followAddress, uriOfAddress);
  return <StoragePage key={uri} backend={backendOf(uri)} uri={uri} saved={saved} />;
}

function uriOfAddress(): string {
  return optionOf(location().options, "connection");
}
