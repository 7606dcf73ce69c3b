/** The dialogs of an action on several machines: the question before, and the results while and after. */

import { useSyncExternalStore } from "react";
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { Label, type LabelProps } from "@patternfly/react-core/dist/esm/components/Label";
import { Modal, ModalBody, ModalFooter, ModalHeader } from "@patternfly/react-core/dist/esm/components/Modal";
import { format, gettext as _, N_, ngettext } from "../../../lib/cockpit";
import { type AskCommands, VirshCommands } from "../../../lib/libvirt/virsh-commands";
import { type BulkAction, TEMPORARY_LOSS, endsTemporary } from "./bulk-actions";
import { type BulkItem, type BulkRun, type Result, isFinished } from "./bulk-run";
import type { Row } from "./view";

interface BulkConfirmProps {
  action: BulkAction;
  rows: readonly Row[];
  ask: AskCommands;
  onConfirm(): void;
  onCancel(): void;
}

/** Asks before something is lost, and says what, and of which machines. */
export function BulkConfirm({ action, rows, ask, onConfirm, onCancel }: BulkConfirmProps) {
  const temporary = endsTemporary(action) && rows.some(([, { persistent }]) => !persistent);
  return (
    <Modal variant="small" isOpen onClose={onCancel} aria-labelledby="bulk-title" aria-describedby="bulk-body">
      <ModalHeader titleIconVariant="warning" labelId="bulk-title" title={`${titleOf(action, rows.length)}?`} />
      <ModalBody id="bulk-body">
        {action.loss && <p>{_(action.loss)}</p>}
        {temporary && <p>{_(TEMPORARY_LOSS)}</p>}
        <ul className="ph-bulk-names" tabIndex={0} aria-label={_("Machines")}>
          {rows.map(([key, { name }]) => <li key={key}><bdi>{name}</bdi></li>)}
        </ul>
        <VirshCommands ask={ask} />
      </ModalBody>
      <ModalFooter>
        <Button variant={action.danger ? "danger" : "primary"} onClick={onConfirm}>{_(action.label)}</Button>
        <Button variant="link" onClick={onCancel}>{_("Cancel")}</Button>
      </ModalFooter>
    </Modal>
  );
}

interface BulkResultsProps {
  action: BulkAction;
  run: BulkRun;
  ask: AskCommands | undefined;
  onClose(): void;
}

/** Every machine with what became of it; stays until it is closed. */
export function BulkResults({ action, run, ask, onClose }: BulkResultsProps) {
  const items = useSyncExternalStore(run.subscribe, run.getSnapshot);
  const finished = isFinished(items);
  const close = () => finished && onClose();
  return (
    <Modal variant="medium" isOpen onClose={close} aria-labelledby="bulk-title" aria-describedby="bulk-summary">
      <ModalHeader labelId="bulk-title" title={titleOf(action, items.length)} />
      <ModalBody>
        <p id="bulk-summary" role="status">{summaryOf(items)}</p>
        <ul className="ph-bulk-names" tabIndex={0} aria-label={_("Results")}>
          {items.map(({ key, domain, result }) => (
            <li key={key} data-result={result.kind}>
              <bdi className="ph-line">{domain.name}</bdi>
              <Label isCompact color={LOOKS[result.kind].color}>{_(LOOKS[result.kind].label)}</Label>
              {"message" in result && <span className="ph-note">{result.message}</span>}
            </li>
          ))}
        </ul>
        {ask && <VirshCommands ask={ask} />}
      </ModalBody>
      <ModalFooter>
        {finished ? (
          <Button onClick={onClose}>{_("Close")}</Button>
        ) : (
          <Button variant="secondary" onClick={() => run.stop()}>{_("Stop after those under way")}</Button>
        )}
      </ModalFooter>
    </Modal>
  );
}

const LOOKS: Readonly<Record<Result["kind"], { label: string; color: NonNullable<LabelProps["color"]> }>> = {
  "waiting": { label: N_("Waiting"), color: "grey" },
  "running": { label: N_("Under way"), color: "blue" },
  "done": { label: N_("Done"), color: "green" },
  "failed": { label: N_("Failed"), color: "red" },
  "left out": { label: N_("Left out"), color: "yellow" },
  "stopped": { label: N_("Not begun"), color: "orange" },
};

export function titleOf(action: BulkAction, count: number): string {
  return format(ngettext("$1: $0 machine", "$1: $0 machines", count), count, _(action.label));
}

function summaryOf(items: readonly BulkItem[]): string {
  const count = (kind: Result["kind"]) => items.filter(({ result }) => result.kind === kind).length;
  const notDone = count("failed") + count("left out") + count("stopped");
  return format(_("$0 of $1 done, $2 not."), count("done"), items.length, notDone);
}
