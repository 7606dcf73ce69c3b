/** What can be done to a domain: one table. The method's name is also that of its capability. */

import { gettext as _, N_ } from "../../lib/cockpit";
import type { Capabilities } from "../../lib/libvirt/model";
import type { Domain, DomainState } from "./model";

export type ActionName =
  | "domain_start" | "domain_resume" | "domain_suspend" | "domain_shutdown" | "domain_reboot" | "domain_reset" | "domain_destroy"
  | "domain_start_paused" | "domain_start_boot_menu" | "domain_save" | "domain_remove_saved" | "domain_send_nmi";

/** Its texts are looked up where they are shown. */
export interface Action {
  method: ActionName;
  label: string;
  /** The accessible name of its button; $0 is the machine. */
  labelFor: string;
  /** While it is under way. */
  busy: string;
  /** When it did not succeed; $0 is the machine. */
  failed: string;
  /** When it succeeded, for who cannot see the state change; $0 is the machine. */
  done: string;
  /** Shown until the guest has followed, where the call only asks it to. */
  asked?: string;
  from: ReadonlySet<DomainState>;
  /** What is lost by it; it asks before it does it. Nothing: it does not ask. */
  loss(domain: Domain): string | undefined;
  /** Stops a machine or takes something away. */
  danger?: boolean;
}

const RUNNING: readonly DomainState[] = ["running", "blocked"];
const nothing = () => undefined;

const TRANSIENT_GONE = N_("This machine is temporary: once it is off, it is gone from this list and has to be defined again.");

export const ACTIONS: readonly Action[] = [
  {
    method: "domain_start",
    label: N_("Start"),
    labelFor: N_("Start $0"),
    busy: N_("Starting…"),
    failed: N_("$0 could not be started"),
    done: N_("$0 was started."),
    from: new Set(["shut off", "no state"]),
    loss: nothing,
  },
  {
    method: "domain_resume",
    label: N_("Resume"),
    labelFor: N_("Resume $0"),
    busy: N_("Resuming…"),
    failed: N_("$0 could not be resumed"),
    done: N_("$0 was resumed."),
    from: new Set(["paused"]),
    loss: nothing,
  },
  {
    method: "domain_shutdown",
    label: N_("Shut down"),
    labelFor: N_("Shut down $0"),
    busy: N_("Shutting down…"),
    failed: N_("$0 could not be shut down"),
    done: N_("$0 was asked to shut down."),
    asked: N_("Asked to shut down"),
    from: new Set(RUNNING),
    loss: (domain) => (domain.persistent ? undefined : _(TRANSIENT_GONE)),
  },
  {
    method: "domain_suspend",
    label: N_("Pause"),
    labelFor: N_("Pause $0"),
    busy: N_("Pausing…"),
    failed: N_("$0 could not be paused"),
    done: N_("$0 was paused."),
    from: new Set(RUNNING),
    loss: nothing,
  },
  {
    method: "domain_reboot",
    label: N_("Reboot"),
    labelFor: N_("Reboot $0"),
    busy: N_("Rebooting…"),
    failed: N_("$0 could not be rebooted"),
    done: N_("$0 was asked to reboot."),
    asked: N_("Asked to reboot"),
    from: new Set(RUNNING),
    loss: nothing,
  },
  {
    method: "domain_reset",
    label: N_("Reset"),
    labelFor: N_("Reset $0"),
    busy: N_("Resetting…"),
    failed: N_("$0 could not be reset"),
    done: N_("$0 was reset."),
    from: new Set<DomainState>([...RUNNING, "paused"]),
    loss: () =>
      _("This is the reset button of a computer: the guest gets no chance to save anything. Unsaved data is lost, and files being written may be damaged."),
    danger: true,
  },
  {
    method: "domain_destroy",
    label: N_("Force off"),
    labelFor: N_("Force off $0"),
    busy: N_("Forcing off…"),
    failed: N_("$0 could not be forced off"),
    done: N_("$0 was forced off."),
    from: new Set<DomainState>([...RUNNING, "paused", "suspended", "shutting down", "crashed"]),
    loss: (domain) => {
      const unsaved = _("This is like pulling the power cord: the guest gets no chance to save anything. Unsaved data is lost, and files being written may be damaged.");
      return domain.persistent ? unsaved : `${unsaved} ${_(TRANSIENT_GONE)}`;
    },
    danger: true,
  },
];

export interface Offer {
  action: Action;
  /** Why it cannot be done on this host, where that is so. */
  refused?: string;
}

/** What a row offers: the one action most wanted in this state, and the others. A host's refusal is told, not hidden. */
export function offers(domain: Domain, capabilities: Capabilities): { primary: Offer | null; others: Offer[] } {
  const applicable = ACTIONS.filter((action) => action.from.has(domain.state)).map((action): Offer => {
    const capability = capabilities[action.method];
    return capability === true ? { action } : { action, refused: capability || _("Not possible with this hypervisor.") };
  });
  const [first, ...others] = applicable;
  if (!first || first.action.danger) return { primary: null, others: applicable };
  return { primary: first, others };
}
