import type { Snapshot } from "../../../lib/rpc";
import type { MachinesState } from "../model";

export type Health =
  | { kind: "fine" | "loading" | "empty" }
  /** `libvirt` is true where it is libvirt that is gone, false where it is the back end. */
  | { kind: "failed" | "stale"; message: string; libvirt: boolean; stderr?: string | undefined };

/** What can be said of a connection's machines: whether they are there, complete, and up to date. */
export function healthOf({ status, loaded, state }: Snapshot<MachinesState>): Health {
  const { connection, domains = {} } = state;
  const isAny = Object.keys(domains).length > 0;
  const kind = isAny ? "stale" : "failed";
  if (status.problem !== undefined) return { kind, message: status.message ?? "", libvirt: false, stderr: status.stderr };
  if (connection?.status === "failed" || connection?.status === "disconnected")
    return { kind, message: connection.message ?? "", libvirt: true };
  if (connection?.status !== "connected") return { kind: "loading" };
  if (isAny) return { kind: "fine" };
  return { kind: loaded ? "empty" : "loading" };
}
