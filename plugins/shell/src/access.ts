/* What the user may do here, for whatever shows it. */
import { useSyncExternalStore } from "react";

import { isAdministrative, superuser } from "../../lib/superuser";

export type Access = "unknown" | "root" | "administrative" | "limited";

/** Followed: the shell's superuser bridge may come and go without its doing. */
export function useAccess(): Access {
  const followed = superuser();
  const state = useSyncExternalStore(followed.subscribe, followed.getSnapshot);
  if (state.current === null) return "unknown";
  if (state.current === "root") return "root";
  return isAdministrative(state) === true ? "administrative" : "limited";
}
