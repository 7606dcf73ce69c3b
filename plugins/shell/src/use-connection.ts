import { useEffect, useState } from "react";

import { connectionEvents, reconnect } from "../../lib/cockpit";
import { connection, type Closed } from "../../base1/src/connection";
import type { Frames } from "./frames";

/** Why the connection is lost, null while it stands; `resume` goes on with a new one, without loading anything that can go on. */
export function useConnection(frames: Frames): { lost: Closed | null; resume(): void } {
  const [lost, setLost] = useState<Closed | null>(null);
  useEffect(() => {
    const closed = (_event: CustomEvent, reason: Closed) => {
      frames.router.disconnected();
      setLost(reason);
    };
    connectionEvents.addEventListener("close", closed);
    // It may have been refused before there was anything to show.
    const { closed: reason } = connection();
    if (reason) setLost(reason);
    return () => connectionEvents.removeEventListener("close", closed);
  }, [frames]);
  const resume = () => {
    setLost(null);
    reconnect();
    frames.reconnect();
  };
  return { lost, resume };
}
