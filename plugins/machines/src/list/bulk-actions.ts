/** What can be done to many machines at once: one table. Its texts are looked up where they are shown. */

import type { JsonObject } from "../../../lib/merge";
import { N_ } from "../../../lib/cockpit";
import { ACTIONS } from "../actions";
import type { Domain, DomainState } from "../model";

export interface BulkAction {
  /** The back end's method; also that of the capability, where `capability` says no other. */
  readonly method: string;
  readonly capability?: string;
  readonly label: string;
  /** Those in another state are left out; none: it goes for all. */
  readonly from?: ReadonlySet<DomainState>;
  readonly params?: JsonObject;
  /** What is lost by it; it asks before it does it. */
  readonly loss?: string;
  readonly danger?: boolean;
}

/** Said besides, where one of the machines is temporary. */
export const TEMPORARY_LOSS = N_("Those of them that are temporary are gone from this list once they are off, and have to be defined again.");

const UNSAVED = N_("This is like pulling the power cord: the guests get no chance to save anything. Unsaved data is lost, and files being written may be damaged.");

const stateAction = (method: string, more: Partial<BulkAction> = {}): BulkAction => {
  const action = ACTIONS.find((each) => each.method === method);
  if (!action) throw new Error(`no action ${method}`);
  return { method, label: action.label, from: action.from, ...more };
};

export const TAGS: BulkAction = { method: "domain_change_tags", capability: "domain_set_tags", label: N_("Change tags") };

export const BULK_ACTIONS: readonly BulkAction[] = [
  stateAction("domain_start"),
  stateAction("domain_shutdown"),
  stateAction("domain_suspend"),
  stateAction("domain_resume"),
  { method: "snapshot_create", label: N_("Take snapshots"), params: {} },
  TAGS,
  stateAction("domain_destroy", { loss: UNSAVED, danger: true }),
  {
    method: "domain_delete",
    label: N_("Delete"),
    loss: N_("Their definitions, saved memory and records of snapshots are lost for good; those that run are forced off first. Their disks stay."),
    danger: true,
  },
];

/** Whether it takes a temporary machine away for good without saying so itself. */
export function endsTemporary(action: BulkAction): boolean {
  return action.method === "domain_shutdown" || action.method === "domain_destroy";
}

/** Whether it must be asked before. */
export function asks(action: BulkAction, domains: readonly Domain[]): boolean {
  return action.loss !== undefined || (endsTemporary(action) && domains.some(({ persistent }) => !persistent));
}
