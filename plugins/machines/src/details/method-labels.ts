/** What the back end's methods are called where they are told of. */

import { gettext as _, N_ } from "../../../lib/cockpit";
import { ACTIONS } from "../actions";
import { MORE_ACTIONS } from "./operations";

const LABELS: Readonly<Record<string, string>> = {
  ...Object.fromEntries([...ACTIONS, ...MORE_ACTIONS].map(({ method, label }) => [method, label])),
  domain_send_keys: N_("Keys sent"),
  domain_set_autostart: N_("Autostart set"),
  domain_rename: N_("Renamed"),
  domain_define: N_("Definition stored"),
  domain_clone: N_("Cloned"),
  domain_delete: N_("Deleted"),
  domain_set_title: N_("Title set"),
  domain_set_description: N_("Description set"),
  domain_set_notes: N_("Notes set"),
  domain_set_tags: N_("Tags set"),
  snapshot_create: N_("Snapshot created"),
  snapshot_create_external: N_("External snapshot created"),
  snapshot_revert: N_("Reverted to a snapshot"),
  snapshot_delete: N_("Snapshot deleted"),
};

/** The method itself where a newer back end has one that we do not know. */
export function methodLabel(method: string): string {
  const label = LABELS[method];
  return label === undefined ? method : _(label);
}
