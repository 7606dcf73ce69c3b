import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { ClipboardCopy } from "@patternfly/react-core/dist/esm/components/ClipboardCopy";
import { Modal, ModalBody, ModalFooter, ModalHeader } from "@patternfly/react-core/dist/esm/components/Modal";
import { gettext as _, N_ } from "../../../lib/cockpit";
import { machineOffers } from "./operations";
import type { Machine } from "./model";
import { virshText } from "./virsh";

/** For every action that this machine offers now, what does the same on the command line. */
export function CommandsDialog({ machine, onClose }: { machine: Machine; onClose(): void }) {
  const { domain, capabilities, connection, id } = machine;
  const { primary, others } = machineOffers(domain, capabilities);
  const offered = [...(primary ? [primary] : []), ...others];
  const rows = [
    ...offered.map(({ action }) => ({ key: action.method, label: action.label, text: virshText(connection.uri, action.method, id) })),
    { key: "autostart", label: domain.autostart ? N_("Do not start with the host") : N_("Start with the host"), text: virshText(connection.uri, "domain_set_autostart", id, { on: !domain.autostart }) },
  ];
  return (
    <Modal variant="medium" isOpen onClose={onClose} aria-labelledby="commands-title">
      <ModalHeader
        labelId="commands-title"
        title={_("Equivalent virsh commands")}
        description={_("They do the same on the command line, as a user who may use this connection. The machine is named by its UUID, which no other machine can have.")}
      />
      <ModalBody>
        <dl className="ph-commands">
          {rows.filter(({ text }) => text).map(({ key, label, text }) => (
            <div key={key}>
              <dt>{_(label)}</dt>
              <dd><ClipboardCopy isReadOnly hoverTip={_("Copy")} clickTip={_("Copied")} textAriaLabel={_(label)}>{text}</ClipboardCopy></dd>
            </div>
          ))}
        </dl>
      </ModalBody>
      <ModalFooter><Button variant="secondary" onClick={onClose}>{_("Close")}</Button></ModalFooter>
    </Modal>
  );
}
