/** Which types of pools can be created: those that this libvirt has. */

import { useEffect, useState } from "react";
import { format, gettext as _ } from "../../lib/cockpit";
import type { Place } from "./model";
import { POOL_TYPES, labelOf } from "./pool-types";

export interface Offered {
  readonly types: readonly string[];
  /** Why they are not all, or more than there may be. */
  readonly note: string;
}

const ALL = Object.keys(POOL_TYPES);

/** All of them until libvirt has told, and where it does not tell. */
export function useOffered({ backend, capabilities }: Place): Offered {
  const untold = capabilities["pool_types"];
  const [offered, setOffered] = useState<Offered>({ types: ALL, note: "" });
  useEffect(() => {
    let current = true;
    const tell = (told: Offered) => current && setOffered(told);
    if (typeof untold === "string") tell({ types: ALL, note: allOf(untold) });
    else {
      backend.call<string[]>("pool_types", {}).then(
        (supported) => tell(offer(supported)),
        (error: unknown) => tell({ types: ALL, note: allOf(error instanceof Error ? error.message : String(error)) }),
      );
    }
    return () => {
      current = false;
    };
  }, [backend, untold]);
  return offered;
}

/** Of the known types those that are supported, and a sentence about the others. */
export function offer(supported: readonly string[]): Offered {
  const missing = ALL.filter((type) => !supported.includes(type)).map(labelOf);
  return {
    types: ALL.filter((type) => supported.includes(type)),
    note: missing.length > 0 ? format(_("Not offered, as libvirt on that host is without them: $0."), missing.join(", ")) : "",
  };
}

function allOf(reason: string): string {
  return format(_("All types are offered, whether they are there or not. $0."), reason);
}
