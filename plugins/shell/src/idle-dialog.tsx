import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { Modal, ModalBody, ModalFooter, ModalHeader } from "@patternfly/react-core/dist/esm/components/Modal";

import { format, gettext as _, logout, ngettext } from "../../lib/cockpit";

/** Warns that the session is about to end because nobody used it. */
export function IdleDialog({ left, onStay }: { left: number; onStay(): void }) {
  return (
    <Modal isOpen variant="small" onClose={onStay} aria-labelledby="idle-title" aria-describedby="idle-body">
      <ModalHeader title={_("Are you still there?")} titleIconVariant="warning" labelId="idle-title" />
      <ModalBody id="idle-body">
        <p role="timer">{format(ngettext("You will be logged out in $0 second, because nothing has happened for a while.", "You will be logged out in $0 seconds, because nothing has happened for a while.", left), left)}</p>
      </ModalBody>
      <ModalFooter>
        <Button onClick={onStay}>{_("Stay logged in")}</Button>
        <Button variant="link" onClick={() => logout()}>
          {_("Log out")}
        </Button>
      </ModalFooter>
    </Modal>
  );
}
