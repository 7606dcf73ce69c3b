import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { Modal, ModalBody, ModalFooter, ModalHeader } from "@patternfly/react-core/dist/esm/components/Modal";
import { gettext as _ } from "../../../lib/cockpit";
import { offers } from "../actions";
import { BULK_ACTIONS, TAGS } from "./bulk-actions";
import { CommandsView } from "./commands-view";
import type { Fleet } from "./fleet";
import type { Capabilities, Domain } from "../model";

interface RowCommandsProps {
  fleet: Fleet;
  domainKey: string;
  domain: Domain;
  capabilities: Capabilities;
  onClose(): void;
}

/** What to type to do by virsh what a machine's row and its menu do. */
export function RowCommands({ fleet, domainKey, domain, capabilities, onClose }: RowCommandsProps) {
  const { primary, others } = offers(domain, capabilities);
  const own = [...(primary ? [primary] : []), ...others].map(({ action: { method, label } }) => ({ method, label, params: {} }));
  const further = BULK_ACTIONS.filter(({ from }) => !from).map(({ method, label, params = {} }) => ({
    method,
    label,
    params: method === TAGS.method ? { add: [_("New tag")], remove: [] } : params,
  }));
  return (
    <Modal variant="medium" isOpen onClose={onClose} aria-labelledby="commands-title">
      <ModalHeader labelId="commands-title" title={<bdi>{domain.name}</bdi>} description={_("They are for you to copy; nothing is run.")} />
      <ModalBody>
        {[...own, ...further].map(({ method, label, params }) => (
          <section key={method} aria-label={_(label)} className="ph-command">
            <h2>{_(label)}</h2>
            <CommandsView ask={() => fleet.commands(method, domainKey, params)} />
          </section>
        ))}
      </ModalBody>
      <ModalFooter>
        <Button onClick={onClose}>{_("Close")}</Button>
      </ModalFooter>
    </Modal>
  );
}
