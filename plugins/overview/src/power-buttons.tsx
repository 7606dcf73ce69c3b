import { useState } from "react";
import { Alert } from "@patternfly/react-core/dist/esm/components/Alert";
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { Modal, ModalBody, ModalFooter, ModalHeader } from "@patternfly/react-core/dist/esm/components/Modal";

import { format, gettext as _, message, N_ } from "../../lib/cockpit";
import { act, type Power, type PowerAction } from "./power";

const TEXTS = {
  Reboot: { label: N_("Reboot"), question: N_("Reboot $0?"), loss: N_("Everybody's work on this machine ends, and so does this session until the machine is back.") },
  PowerOff: { label: N_("Shut down"), question: N_("Shut down $0?"), loss: N_("Everybody's work on this machine ends. You cannot start it again from here.") },
} as const;
const ACTIONS: readonly PowerAction[] = ["Reboot", "PowerOff"];

/** Reboot and shut down, where this machine lets this user; else nothing but the reason, for who looks for it. */
export function PowerButtons({ power, hostname }: { power: Power | null; hostname: string }) {
  const [asking, setAsking] = useState<PowerAction | null>(null);
  if (!power) return null;
  if (power.reason !== null) {
    return (
      <p className="ph-note" title={power.reason}>
        {_("This machine cannot be rebooted or shut down from here: systemd does not answer.")}
      </p>
    );
  }
  return (
    <div className="ph-power">
      {ACTIONS.map((action) => (
        <Button key={action} variant="secondary" isDisabled={!power.allowed[action]} aria-haspopup="dialog" onClick={() => setAsking(action)}>
          {_(TEXTS[action].label)}
        </Button>
      ))}
      {asking && <Confirm action={asking} hostname={hostname} onClose={() => setAsking(null)} />}
    </div>
  );
}

function Confirm({ action, hostname, onClose }: { action: PowerAction; hostname: string; onClose(): void }) {
  const [state, setState] = useState<{ failure: string; running: boolean }>({ failure: "", running: false });
  const { label, question, loss } = TEXTS[action];
  const confirm = async () => {
    setState({ failure: "", running: true });
    try {
      await act(action);
      onClose();
    } catch (error) {
      setState({ failure: message(error), running: false });
    }
  };
  return (
    <Modal isOpen variant="small" onClose={onClose} aria-labelledby="power-title" aria-describedby="power-body">
      <ModalHeader title={format(_(question), hostname)} titleIconVariant="warning" labelId="power-title" />
      <ModalBody id="power-body">
        {state.failure && <Alert variant="danger" isInline isLiveRegion component="p" title={state.failure} />}
        <p>{_(loss)}</p>
      </ModalBody>
      <ModalFooter>
        <Button variant="danger" isLoading={state.running} isDisabled={state.running} onClick={() => void confirm()}>
          {_(label)}
        </Button>
        <Button variant="link" onClick={onClose}>
          {_("Cancel")}
        </Button>
      </ModalFooter>
    </Modal>
  );
}
