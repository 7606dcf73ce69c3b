import type { ReactNode } from "react";
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { Modal, ModalBody, ModalFooter, ModalHeader } from "@patternfly/react-core/dist/esm/components/Modal";
import { format, gettext as _ } from "../../lib/cockpit";
import type { Action } from "./actions";
import type { Domain } from "./model";

interface ConfirmDialogProps {
  domain: Domain;
  action: Action;
  loss: string;
  /** What is said below. */
  children?: ReactNode;
  onConfirm(): void;
  onCancel(): void;
}

/** Asks before something is lost, and says what. */
export function ConfirmDialog({ domain, action, loss, children, onConfirm, onCancel }: ConfirmDialogProps) {
  const [before = "", after = ""] = _(action.labelFor).split("$0");
  return (
    <Modal variant="small" isOpen onClose={onCancel} aria-labelledby="confirm-title" aria-describedby="confirm-body">
      <ModalHeader
        titleIconVariant="warning"
        labelId="confirm-title"
        title={<>{before}<bdi>{domain.name}</bdi>{after}?</>}
      />
      <ModalBody id="confirm-body">{loss}{children}</ModalBody>
      <ModalFooter>
        <Button variant="danger" onClick={onConfirm}>{_(action.label)}</Button>
        <Button variant="link" onClick={onCancel}>{_("Cancel")}</Button>
      </ModalFooter>
    </Modal>
  );
}

/** The question that is open: about which machine, and what to do with it. */
export interface Question {
  key: string;
  action: Action;
}

/** The dialog's contents; null where the question is moot: the machine is gone, or its state has changed meanwhile. */
export function stillAsked(question: Question | null, domain: Domain | undefined): { domain: Domain; loss: string } | null {
  if (!question || !domain || !question.action.from.has(domain.state)) return null;
  return { domain, loss: format(question.action.loss(domain) ?? "") };
}
