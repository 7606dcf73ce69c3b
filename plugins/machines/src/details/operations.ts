/** What can be done to a machine on its own page, besides what the list offers: the same kind of table. */

import { gettext as _, N_ } from "../../../lib/cockpit";
import { ACTIONS, type Action, type Offer } from "../actions";
import type { Capabilities } from "../../../lib/libvirt/model";
import type { Domain, DomainState } from "../model";

const RUNNING: readonly DomainState[] = ["running", "blocked"];
const OFF: readonly DomainState[] = ["shut off", "no state"];
const nothing = () => undefined;

export const MORE_ACTIONS: readonly Action[] = [
  {
    method: "domain_start_paused",
    label: N_("Start paused"),
    labelFor: N_("Start $0 paused"),
    busy: N_("Starting…"),
    failed: N_("$0 could not be started"),
    done: N_("$0 was started and is paused."),
    from: new Set(OFF),
    loss: nothing,
  },
  {
    method: "domain_start_boot_menu",
    label: N_("Start with boot menu"),
    labelFor: N_("Start $0 with boot menu"),
    busy: N_("Starting…"),
    failed: N_("$0 could not be started"),
    done: N_("$0 was started with a boot menu."),
    from: new Set(OFF),
    loss: nothing,
  },
  {
    method: "domain_save",
    label: N_("Save and stop"),
    labelFor: N_("Save and stop $0"),
    busy: N_("Saving…"),
    failed: N_("$0 could not be saved"),
    done: N_("$0 was saved."),
    from: new Set<DomainState>([...RUNNING, "paused"]),
    loss: (domain) => (domain.persistent ? undefined : _("This machine is temporary: it cannot be saved.")),
  },
  {
    method: "domain_remove_saved",
    label: N_("Discard saved state"),
    labelFor: N_("Discard the saved state of $0"),
    busy: N_("Discarding…"),
    failed: N_("The saved state of $0 could not be discarded"),
    done: N_("The saved state of $0 was discarded."),
    from: new Set(OFF),
    loss: () =>
      _("The memory that was saved is deleted: the next start boots as after a power cut, and what the guest had not written to disk is lost."),
    danger: true,
  },
  {
    method: "domain_send_nmi",
    label: N_("Send NMI"),
    labelFor: N_("Send an NMI to $0"),
    busy: N_("Sending…"),
    failed: N_("$0 could not be sent an NMI"),
    done: N_("$0 was sent an NMI."),
    from: new Set(RUNNING),
    loss: () =>
      _("A guest answers a non-maskable interrupt as it is set up to: many write a dump of their memory and stop. Unsaved data may be lost."),
    danger: true,
  },
];

/** What the machine's page offers: the one action most wanted, and all others that its state permits. */
export function machineOffers(domain: Domain, capabilities: Capabilities): { primary: Offer | null; others: Offer[] } {
  const applicable = [...ACTIONS, ...MORE_ACTIONS]
    .filter((action) => action.from.has(domain.state))
    .filter((action) => action.method !== "domain_remove_saved" || domain.managed_save)
    .map((action): Offer => {
      const capability = capabilities[action.method];
      if (capability !== true) return { action, refused: capability || _("Not possible with this hypervisor.") };
      if (action.method === "domain_start_boot_menu" && domain.managed_save) return { action, refused: _("It goes on from its saved state, without booting.") };
      if (action.method === "domain_save" && !domain.persistent) return { action, refused: _("A temporary machine cannot be saved.") };
      return { action };
    });
  const [first, ...others] = applicable;
  if (!first || first.action.danger) return { primary: null, others: applicable };
  return { primary: first, others };
}

/** In words, before the machine resumes from it: what a start does. */
export function startNote(domain: Domain): string {
  return domain.managed_save ? _("Starting it goes on from its saved memory.") : "";
}
