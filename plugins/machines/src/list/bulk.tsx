import { useCallback, useState } from "react";
import { format, gettext as _ } from "../../../lib/cockpit";
import { lookOf } from "../states";
import { type BulkAction, TAGS, asks } from "./bulk-actions";
import { BulkConfirm, BulkResults } from "./bulk-dialogs";
import { BulkRun } from "./bulk-run";
import type { AskCommands } from "../../../lib/libvirt/virsh-commands";
import type { Fleet } from "./fleet";
import type { Place } from "./machine-table";
import { TagsDialog } from "./tags-dialog";
import type { Row } from "./view";

type Step =
  | { kind: "tags"; rows: readonly Row[] }
  | { kind: "asking"; action: BulkAction; rows: readonly Row[] }
  | { kind: "running"; action: BulkAction; rows: readonly Row[]; run: BulkRun };

interface BulkOptions {
  fleet: Fleet;
  tags: readonly string[];
  placeOf(key: string): Place;
}

/** Does one thing to several machines: what begins it, and the dialog that is open meanwhile. */
export function useBulk({ fleet, tags, placeOf }: BulkOptions) {
  const [step, setStep] = useState<Step | null>(null);
  const close = () => setStep(null);

  const begin = (action: BulkAction, rows: readonly Row[]) => {
    const run = new BulkRun(rows, (key, domain) => refusalOf(action, placeOf(key), domain.state));
    setStep({ kind: "running", action, rows, run });
    void run.run((key) => fleet.call(action.method, key, action.params));
  };
  const start = useCallback(
    (action: BulkAction, rows: readonly Row[]) => {
      if (rows.length === 0) return;
      if (action === TAGS) setStep({ kind: "tags", rows });
      else if (asks(action, rows.map(([, domain]) => domain))) setStep({ kind: "asking", action, rows });
      else begin(action, rows);
    },
    [fleet, placeOf],
  );

  let dialog = null;
  if (step?.kind === "tags") {
    dialog = <TagsDialog rows={step.rows} known={tags} onCancel={close} onConfirm={(action) => begin(action, step.rows)} />;
  } else if (step?.kind === "asking") {
    const { action, rows } = step;
    const ask = () => commandsFor(fleet, action, rows);
    dialog = <BulkConfirm action={action} rows={rows} ask={ask} onCancel={close} onConfirm={() => begin(action, rows)} />;
  } else if (step?.kind === "running") {
    const { action, rows, run } = step;
    // What asked before has told them; by now there may be nothing left that they are about.
    const ask = asks(action, rows.map(([, domain]) => domain)) ? undefined : () => commandsFor(fleet, action, rows);
    dialog = <BulkResults action={action} run={run} ask={ask} onClose={close} />;
  }
  return { start, dialog };
}

/** Why a machine is left out; null where it is not. */
function refusalOf(action: BulkAction, place: Place, state: string): string | null {
  if (!place.enabled) return _("Its connection is away.");
  const capability = place.capabilities[action.capability ?? action.method];
  if (capability !== true) return capability ?? _("Not possible with this hypervisor.");
  if (action.from && !(action.from as ReadonlySet<string>).has(state)) return format(_("Its state is: $0"), _(lookOf(state).label));
  return null;
}

async function commandsFor(fleet: Fleet, action: BulkAction, rows: readonly Row[]): Promise<Awaited<ReturnType<AskCommands>>> {
  const asked = rows.map(([key]) => fleet.commands(action.method, key, action.params));
  return (await Promise.all(asked)).flat();
}
