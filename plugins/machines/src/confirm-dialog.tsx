import type { ReactNode } from "react";
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { Modal, ModalBody, ModalFooter, ModalHeader } from "@patternfly/react-core/dist/esm/components/Modal";
import { format, gettext as _ } from "../../lib/cockpit";
import type { Action } from "./actions";
import type { Domain } from "./model";

/** The question that is open: about which machine, and what to do with it. */
export interface Question {
  key: string;
  action: Action;
}

interface ConfirmDialogProps {
  question: Question | null;
  /** The machine that it is about, as it is now. */
  domain: Domain | undefined;
  /** What is said below. */
  children?: ReactNode;
  onConfirm(domain: Domain, question: Question): void;
  onClose(): void;
}

/** Asks before something is lost, and says what; moot where the machine is gone, or its state has changed meanwhile. */
export function ConfirmDialog({ question, domain, children, onConfirm, onClose }: ConfirmDialogProps) {
  if (!question || !domain || !question.action.from.has(domain.state)) return null;
  const { action } = question;
  const loss = format(action.loss(domain) ?? "");
  const [before = "", after = ""] = _(action.labelFor).split("$0");
  const confirm = () => {
    onClose();
    onConfirm(domain, question);
  };
  return (
    <Modal variant="small" isOpen onClose={onClose} aria-labelledby="confirm-title" aria-describedby="confirm-body">
      <ModalHeader
        titleIconVariant="warning"
        labelId="confirm-title"
        title={<>{before}<bdi>{domain.name}</bdi>{after}?</>}
      />
      <ModalBody id="confirm-body">{loss}{children}</ModalBody>
      <ModalFooter>
        <Button variant="danger" onClick={confirm}>{_(action.label)}</Button>
        <Button variant="link" onClick={onClose}>{_("Cancel")}</Button>
      </ModalFooter>
    </Modal>
  );
}
