import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { Modal, ModalBody, ModalFooter, ModalHeader } from "@patternfly/react-core/dist/esm/components/Modal";
import { gettext as _, type JsonObject, N_ } from "../../../lib/cockpit";
import type { Machine } from "./model";
import { machineOffers } from "./operations";
import { useEquivalent } from "./use-equivalent";
import { Commands } from "./virsh-command";

/** For every action that this machine offers now, what does the same on the command line. */
export function CommandsDialog({ machine, onClose }: { machine: Machine; onClose(): void }) {
  const { domain, capabilities } = machine;
  const { primary, others } = machineOffers(domain, capabilities);
  const offered = [...(primary ? [primary] : []), ...others].filter(({ refused }) => refused === undefined);
  return (
    <Modal variant="medium" isOpen onClose={onClose} aria-labelledby="commands-title">
      <ModalHeader
        labelId="commands-title"
        title={_("Equivalent virsh commands")}
        description={_("They do the same on the command line, as a user who may use this connection. The machine is named by its UUID, which no other machine can have.")}
      />
      <ModalBody>
        <dl className="ph-commands">
          {offered.map(({ action }) => <Entry key={action.method} machine={machine} label={action.label} method={action.method} params={{}} />)}
          <Entry
            machine={machine}
            label={domain.autostart ? N_("Do not start with the host") : N_("Start with the host")}
            method="domain_set_autostart"
            params={{ on: !domain.autostart }}
          />
        </dl>
      </ModalBody>
      <ModalFooter><Button variant="secondary" onClick={onClose}>{_("Close")}</Button></ModalFooter>
    </Modal>
  );
}

function Entry({ machine, label, method, params }: { machine: Machine; label: string; method: string; params: JsonObject }) {
  const told = useEquivalent(machine, method, params, true);
  return (
    <div>
      <dt>{_(label)}</dt>
      <dd><Commands told={told} label={_(label)} /></dd>
    </div>
  );
}
