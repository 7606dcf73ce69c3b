import { type ReactNode, useState } from "react";
import { Alert } from "@patternfly/react-core/dist/esm/components/Alert";
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { Form } from "@patternfly/react-core/dist/esm/components/Form";
import { Modal, ModalBody, ModalFooter, ModalHeader } from "@patternfly/react-core/dist/esm/components/Modal";
import { gettext as _ } from "../cockpit";

interface FormDialogProps {
  title: ReactNode;
  /** Of the button that does it. */
  label: string;
  children: ReactNode;
  danger?: boolean;
  variant?: "small" | "medium" | "large";
  /** What is typed in makes no sense yet. */
  isIncomplete?: boolean;
  onConfirm(): Promise<unknown>;
  onClose(): void;
}

/** Asks for what an action needs, does it, and stays with the reason where it failed. */
export function FormDialog({ title, label, children, danger, variant = "small", isIncomplete, onConfirm, onClose }: FormDialogProps) {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState("");
  const confirm = async () => {
    if (busy || isIncomplete) return;
    setBusy(true);
    setFailure("");
    try {
      await onConfirm();
      onClose();
    } catch (error) {
      setFailure(error instanceof Error ? error.message : String(error));
      setBusy(false);
    }
  };
  return (
    <Modal variant={variant} isOpen onClose={onClose} aria-labelledby="form-title">
      <ModalHeader titleIconVariant={danger ? "warning" : undefined} labelId="form-title" title={title} />
      <ModalBody>
        <Form
          id="form"
          onSubmit={(event) => {
            event.preventDefault();
            void confirm();
          }}
        >
          {failure && <Alert variant="danger" isInline isLiveRegion component="h2" title={_("This did not work")}><pre className="ph-said">{failure}</pre></Alert>}
          {children}
        </Form>
      </ModalBody>
      <ModalFooter>
        <Button
          type="submit"
          form="form"
          variant={danger ? "danger" : "primary"}
          isLoading={busy}
          spinnerAriaLabel={_("Please wait")}
          isDisabled={busy || isIncomplete === true}
        >
          {label}
        </Button>
        <Button variant="link" onClick={onClose}>{_("Cancel")}</Button>
      </ModalFooter>
    </Modal>
  );
}

/** A title with the machine's name at its place ($0), whatever script the name is written in. */
export function TitleWithName({ text, name }: { text: string; name: string }) {
  const [before = "", after = ""] = text.split("$0");
  return <>{before}<bdi>{name}</bdi>{after}</>;
}
