/** How the states of a domain are shown: one table, in the order in which a list sorts and offers them. */

import type { LabelProps } from "@patternfly/react-core/dist/esm/components/Label";
import { N_ } from "../../lib/cockpit";
import type { Domain, DomainState } from "./model";

export interface StateLook {
  /** Looked up where it is shown. */
  label: string;
  color: NonNullable<LabelProps["color"]>;
  icon: "play" | "pause" | "sleep" | "busy" | "off" | "crash" | "unknown";
  /** A process executes this guest, so it has a load. */
  live: boolean;
}

export const STATES: Readonly<Record<DomainState, StateLook>> = {
  "running": { label: N_("Running"), color: "green", icon: "play", live: true },
  "blocked": { label: N_("Blocked"), color: "teal", icon: "play", live: true },
  "shutting down": { label: N_("Shutting down"), color: "blue", icon: "busy", live: true },
  "paused": { label: N_("Paused"), color: "yellow", icon: "pause", live: true },
  "suspended": { label: N_("Suspended"), color: "purple", icon: "sleep", live: true },
  "crashed": { label: N_("Crashed"), color: "red", icon: "crash", live: false },
  "no state": { label: N_("No state"), color: "orange", icon: "unknown", live: false },
  "shut off": { label: N_("Shut off"), color: "grey", icon: "off", live: false },
};

export const STATE_ORDER = Object.keys(STATES) as readonly DomainState[];

/** The look of a state; of "no state" for one that a newer libvirt has and we do not. */
export function lookOf(state: string): StateLook {
  return STATES[Object.hasOwn(STATES, state) ? (state as DomainState) : "no state"];
}

/** Reasons that say no more than the state does, or what the person at this page did a moment ago. */
const EXPECTED_REASONS: ReadonlySet<string> = new Set([
  "", "unknown", "booted", "user", "shutdown", "destroyed", "unpaused", "restored", "saved", "from snapshot",
]);

/** Why a domain is in its state, where that is worth a word. */
export function reasonOf(domain: Domain): string {
  const reason = domain.reason ?? "";
  return EXPECTED_REASONS.has(reason) ? "" : reason;
}
