import { useRef, useState, useSyncExternalStore } from "react";
import { Alert } from "@patternfly/react-core/dist/esm/components/Alert";
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { Form, FormGroup } from "@patternfly/react-core/dist/esm/components/Form";
import { FormSelect, FormSelectOption } from "@patternfly/react-core/dist/esm/components/FormSelect";
import { Modal, ModalBody, ModalFooter, ModalHeader } from "@patternfly/react-core/dist/esm/components/Modal";
import { TextInput } from "@patternfly/react-core/dist/esm/components/TextInput";

import { gettext as _, message } from "../../lib/cockpit";
import { isAdministrative, type Question, type Superuser } from "../../lib/superuser";

interface Props {
  superuser: Superuser;
  /** It was gained, or given up. */
  onChanged(gained: boolean): void;
  onClose(): void;
}

const CANCELLED = "cockpit.Superuser.Error.Cancelled";

/** Gains administrative access, answering what the machine asks, or gives it up. Which of the two is decided when it opens. */
export function AccessDialog({ superuser, onChanged, onClose }: Props) {
  const access = useSyncExternalStore(superuser.subscribe, superuser.getSnapshot);
  const [givesUp] = useState(() => isAdministrative(superuser.getSnapshot()) === true);
  const [method, setMethod] = useState(access.methods[0]?.name ?? "");
  const [answer, setAnswer] = useState("");
  const [running, setRunning] = useState(false);
  const [failure, setFailure] = useState("");
  const wanted = useRef(true);
  const { question, methods } = access;

  const run = async (how: () => Promise<void>) => {
    setFailure("");
    setRunning(true);
    try {
      await how();
      onChanged(!givesUp);
      onClose();
    } catch (error) {
      if (!wanted.current || (error as Error).name === CANCELLED) return;
      setFailure(message(error));
      setRunning(false);
    }
  };
  const submit = () => {
    if (givesUp) void run(() => superuser.stop());
    else if (question) {
      superuser.answer(answer).catch((error: unknown) => setFailure(message(error)));
      setAnswer("");
    } else void run(() => superuser.start(method));
  };
  const cancel = () => {
    wanted.current = false;
    if (running && !givesUp) superuser.stop().catch((error: unknown) => console.warn(message(error)));
    onClose();
  };
  const impossible = !givesUp && methods.length === 0;
  const waiting = running && !question;

  return (
    <Modal isOpen variant="small" onClose={cancel} aria-labelledby="access-title">
      <ModalHeader labelId="access-title" title={givesUp ? _("Switch to limited access") : _("Switch to administrative access")} />
      <ModalBody>
        <Form
          id="access-form"
          onSubmit={(event) => {
            event.preventDefault();
            if (!waiting && !impossible) submit();
          }}
        >
          {failure && <Alert variant="danger" isInline isLiveRegion component="p" title={failure} />}
          {question?.said && <Alert variant="warning" isInline isLiveRegion component="p" title={question.said} />}
          {givesUp && <p>{_("Pages go on with the rights of your own account. What they did as administrator ends.")}</p>}
          {impossible && <p>{_("This machine offers your account no way to administrative rights.")}</p>}
          {!givesUp && !running && methods.length > 1 && <Methods methods={methods} chosen={method} onChoose={setMethod} />}
          {!givesUp && !running && !impossible && <p>{_("Pages may then change the whole machine. You may be asked for your password.")}</p>}
          {question && <Answer question={question} answer={answer} onChange={setAnswer} />}
          {waiting && <p role="status">{_("Please wait…")}</p>}
        </Form>
      </ModalBody>
      <ModalFooter>
        <Button type="submit" form="access-form" isLoading={waiting} isDisabled={waiting || impossible}>
          {givesUp ? _("Limit access") : question ? _("Authenticate") : _("Continue")}
        </Button>
        <Button variant="link" onClick={cancel}>
          {_("Cancel")}
        </Button>
      </ModalFooter>
    </Modal>
  );
}

function Methods({ methods, chosen, onChoose }: { methods: readonly { name: string; label: string }[]; chosen: string; onChoose(name: string): void }) {
  return (
    <FormGroup label={_("Method")} fieldId="access-method">
      <FormSelect id="access-method" value={chosen} onChange={(_event, name) => onChoose(name)}>
        {methods.map(({ name, label }) => (
          <FormSelectOption key={name} value={name} label={label} />
        ))}
      </FormSelect>
    </FormGroup>
  );
}

function Answer({ question, answer, onChange }: { question: Question; answer: string; onChange(text: string): void }) {
  return (
    <FormGroup label={question.prompt || _("Password")} fieldId="access-answer">
      <TextInput
        id="access-answer"
        type={question.echo ? "text" : "password"}
        autoComplete={question.echo ? "off" : "current-password"}
        autoFocus
        value={answer}
        onChange={(_event, text) => onChange(text)}
      />
    </FormGroup>
  );
}
