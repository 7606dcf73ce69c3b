import type { JsonObject } from "../cockpit";
import { type Connection, connect } from "../rpc";

/**
 * Gives the back end of a connection by its URI ("" leaves the choice to the back end), opened with `options` at the first
 * time; it stays while another page of the package is on show.
 */
export function backendsWith<State extends object, Samples>(options: JsonObject): (uri: string) => Connection<State, Samples> {
  const opened = new Map<string, Connection<State, Samples>>();
  return (uri) => {
    const known = opened.get(uri);
    if (known) return known;
    const backend = connect<State, Samples>("libvirt1", { superuser: "try", ...options, ...(uri && { uri }) });
    opened.set(uri, backend);
    return backend;
  };
}
