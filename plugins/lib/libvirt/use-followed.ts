import { useEffect, useState, useSyncExternalStore } from "react";
import { type Connection, RpcError } from "../rpc";
import type { ConnectionState } from "./model";

export interface Following {
  /** Whether the back end was asked: what it has not told then is not there. */
  readonly asked: boolean;
  /** Why it could not be asked. */
  readonly failure: string;
}

const BEGINNING: Following = { asked: false, failure: "" };

/**
 * Has the back end follow an object while it is on show, anew whenever a connection comes back; none where `key` is empty.
 * While libvirt is away what was told last stays on show.
 */
export function useFollowed(backend: Pick<Connection<ConnectionState, never>, "subscribe" | "getSnapshot" | "call">, key: string, kind = "domain"): Following {
  const { status, state } = useSyncExternalStore(backend.subscribe, backend.getSnapshot);
  const ready = status.phase === "open" && state.connection?.status === "connected";
  const [following, setFollowing] = useState(BEGINNING);

  useEffect(() => {
    if (!ready || !key) return;
    let current = true;
    backend.call("follow", { key, kind }).then(
      () => current && setFollowing({ asked: true, failure: "" }),
      (error: unknown) => current && setFollowing({ asked: true, failure: sentence(error) }),
    );
    return () => {
      current = false;
    };
  }, [backend, key, kind, ready]);

  useEffect(() => {
    if (!key) return;
    return () => {
      // A connection that was lost meanwhile has forgotten it by itself.
      backend.call("unfollow", { key, kind }).catch(() => undefined);
    };
  }, [backend, key, kind]);

  return following;
}

function sentence(error: unknown): string {
  return error instanceof RpcError && error.problem === "disconnected" ? "" : error instanceof Error ? error.message : String(error);
}
