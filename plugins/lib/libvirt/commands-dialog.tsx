import type { ReactNode } from "react";
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { Modal, ModalBody, ModalFooter, ModalHeader } from "@patternfly/react-core/dist/esm/components/Modal";
import { gettext as _ } from "../cockpit";
import { type AskCommands, Commands } from "./virsh-commands";

/** An action and the question for the commands that do the same. */
export interface CommandsEntry {
  readonly label: string;
  readonly ask: AskCommands;
}

interface CommandsDialogProps {
  /** The object's name. */
  name: string;
  entries: readonly CommandsEntry[];
  onClose(): void;
}

/** For every action that an object offers, what does the same on the command line. */
export function CommandsDialog({ name, entries, onClose }: CommandsDialogProps) {
  const title: ReactNode = <bdi>{name}</bdi>;
  return (
    <Modal variant="medium" isOpen onClose={onClose} aria-labelledby="commands-title">
      <ModalHeader
        labelId="commands-title"
        title={title}
        description={_("What does the same on the command line, as a user who may use this connection. It is for you to copy; nothing is run.")}
      />
      <ModalBody>
        <dl className="ph-commands">
          {entries.map(({ label, ask }) => (
            <div key={label}>
              <dt>{label}</dt>
              <dd><Commands ask={ask} label={label} /></dd>
            </div>
          ))}
        </dl>
      </ModalBody>
      <ModalFooter><Button onClick={onClose}>{_("Close")}</Button></ModalFooter>
    </Modal>
  );
}
