import type { Snapshot } from "../rpc";
import type { ConnectionState } from "./model";

export type Health =
  | { kind: "fine" | "loading" | "empty" }
  /** `libvirt` is true where it is libvirt that is gone, false where it is the back end. */
  | { kind: "failed" | "stale"; message: string; libvirt: boolean; stderr?: string | undefined };

/** What can be said of one part of a connection (`rows`): whether its rows are there, complete, and up to date. */
export function healthOf<State extends ConnectionState>(
  { status, loaded, state }: Snapshot<State>,
  rows: Readonly<Record<string, unknown>> = {},
): Health {
  const { connection } = state;
  const isAny = Object.keys(rows).length > 0;
  const kind = isAny ? "stale" : "failed";
  if (status.problem !== undefined) return { kind, message: status.message ?? "", libvirt: false, stderr: status.stderr };
  if (connection?.status === "failed" || connection?.status === "disconnected")
    return { kind, message: connection.message ?? "", libvirt: true };
  if (connection?.status !== "connected") return { kind: "loading" };
  if (isAny) return { kind: "fine" };
  return { kind: loaded ? "empty" : "loading" };
}
