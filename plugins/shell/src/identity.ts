/* Who is logged in to which machine: asked once, shown as it becomes known. */
import { useEffect, useState } from "react";
import { file, info, user, type User } from "../../lib/cockpit";

export interface Identity {
  user: User | null;
  hostname: string | null;
  system: string | null;
}

export function useIdentity(): Identity {
  const [identity, setIdentity] = useState<Identity>({ user: null, hostname: null, system: null });
  useEffect(() => {
    let wanted = true;
    const learn = (facts: Partial<Identity>) => {
      if (wanted) setIdentity((known) => ({ ...known, ...facts }));
    };
    const ignore = () => {};
    user().then((found) => learn({ user: found }), ignore);
    info().then((facts) => learn({ system: facts.os_release["PRETTY_NAME"] ?? null }), ignore);
    file("/proc/sys/kernel/hostname").read().then((name) => learn({ hostname: name?.trim() || null }), ignore);
    return () => {
      wanted = false;
    };
  }, []);
  return identity;
}
