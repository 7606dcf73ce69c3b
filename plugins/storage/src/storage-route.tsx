import { useSyncExternalStore } from "react";
import { location } from "../../lib/cockpit";
import type { SavedConnections } from "../../lib/libvirt/saved-connections";
import { connect } from "../../lib/rpc";
import type { Backend, StorageState } from "./model";
import { StoragePage } from "./storage-page";

const backends = new Map<string, Backend>();

/** The storage of the connection that the address names; "" leaves the choice to the back end. */
export function StorageRoute({ saved }: { saved: SavedConnections }) {
  const uri = useSyncExternalStore(followAddress, uriOfAddress);
  return <StoragePage key={uri} backend={backendOf(uri)} uri={uri} saved={saved} />;
}

function uriOfAddress(): string {
  const uri = location().options["connection"];
  return (Array.isArray(uri) ? uri[0] : uri) ?? "";
}

function backendOf(uri: string): Backend {
  const known = backends.get(uri);
  if (known) return known;
  const backend = connect<StorageState, never>("libvirt1", {
    superuser: "try",
    parts: ["domains", "pools", "volumes", "jobs"],
    ...(uri && { uri }),
  });
  backends.set(uri, backend);
  return backend;
}

function followAddress(moved: () => void): () => void {
  window.addEventListener("hashchange", moved);
  return () => window.removeEventListener("hashchange", moved);
}
