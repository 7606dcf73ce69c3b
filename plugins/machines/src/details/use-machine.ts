import { useSyncExternalStore } from "react";
import type { Capabilities } from "../../../lib/libvirt/model";
import type { Backend, Machine } from "./model";
import { useFollowed } from "../../../lib/libvirt/use-followed";

const NO_CAPABILITIES: Capabilities = {};

export interface Watched {
  /** As known last, be it lost meanwhile. */
  readonly machine: Machine | undefined;
  /** Why what is shown is not up to date; undefined where it is. */
  readonly lost: string | undefined;
  /** Whether it is libvirt that is away, and not the back end. */
  readonly libvirt: boolean;
  /** It is known not to be there. */
  readonly gone: boolean;
  readonly failure: string;
}

/** One machine, followed while it is on show. */
export function useMachine(backend: Backend, id: string): Watched {
  const { status, state, loaded } = useSyncExternalStore(backend.subscribe, backend.getSnapshot);
  const following = useFollowed(backend, id);
  const { connection, capabilities = NO_CAPABILITIES } = state;
  const domain = state.domains?.[id];
  const libvirt = status.problem === undefined;
  const away = connection?.status === "failed" || connection?.status === "disconnected";
  const lost = !libvirt ? status.message ?? "" : away ? connection.message ?? "" : undefined;
  const machine = domain && connection && {
    backend, id, domain, capabilities, connection,
    followed: state.followed?.domain?.[id],
    enabled: lost === undefined && connection.status === "connected",
  };
  return { machine, lost, libvirt, gone: !machine && lost === undefined && loaded && following.asked, failure: following.failure };
}
