/* Where the manifests come from. */
import { dbus } from "../../lib/cockpit";

/** The manifests of all packages, as the bridge knows them. */
export async function fetchManifests(): Promise<unknown> {
  const response = await fetch(new URL("../manifests.json", document.baseURI), { cache: "no-cache" });
  if (!response.ok) throw new Error(`${response.status} ${response.statusText}`);
  return response.json();
}

/** Has the bridge look for packages that came or went since it started (protocol section 5.8), then fetches again. */
export async function refetchManifests(): Promise<unknown> {
  await dbus(null, { bus: "internal" }).call("/packages", "cockpit.Packages", "ReloadHint", [], { type: "" });
  return fetchManifests();
}
