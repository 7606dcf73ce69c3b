/** Back ends for pages: `connect("libvirt1")`; what comes back is described at `Connection`. */

import { channel } from "../base1/src/channel";
import { connectionEvents } from "../base1/src/connection";
import type { Json, JsonObject } from "./merge";
import { Connection, type RpcChannel } from "./rpc-connection";
import { onAccessChange } from "./superuser";

export type { CallOptions, Phase, Progress, Snapshot, Status } from "./rpc-connection";
export { Connection } from "./rpc-connection";
export { RpcError } from "./rpc-error";

/** Opens the channel `payload` with further open options, anew when the rights that it asks for (`superuser`) have changed; `S` is the state's shape, `R` that of a sample's rows. */
export function connect<S extends object, R = Json>(payload: string, options: JsonObject = {}): Connection<S, R> {
  const connection = new Connection<S, R>(payload, options, {
    open: (open) => channel({ ...open, payload }) as unknown as RpcChannel,
    later: (run, milliseconds) => {
      const timer = setTimeout(run, milliseconds);
      return () => clearTimeout(timer);
    },
    random: Math.random,
  });
  connectionEvents.addEventListener("reconnect", () => connection.retry());
  if (options["superuser"]) onAccessChange(() => connection.reopen());
  return connection;
}
