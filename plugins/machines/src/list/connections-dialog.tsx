import { useState, useSyncExternalStore } from "react";
import { Alert } from "@patternfly/react-core/dist/esm/components/Alert";
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { Modal, ModalBody, ModalFooter, ModalHeader } from "@patternfly/react-core/dist/esm/components/Modal";
import { format, gettext as _ } from "../../../lib/cockpit";
import { AddForm } from "./add-form";
import { type Member, uriOf } from "./fleet";
import { LONGEST, MOST, type SavedConnections, isUri } from "../../../lib/libvirt/saved-connections";

const USUAL = ["qemu:///system", "qemu:///session", "lxc:///", "xen:///", "qemu+ssh://user@host/system"];

interface ConnectionsDialogProps {
  saved: SavedConnections;
  members: readonly Member[];
  onClose(): void;
}

/** Which hypervisors the list shows besides the first one: those of this host, or any that libvirt reaches. */
export function ConnectionsDialog({ saved, members, onClose }: ConnectionsDialogProps) {
  const uris = useSyncExternalStore(saved.subscribe, saved.getSnapshot);
  const [text, setText] = useState("");
  const [problem, setProblem] = useState("");
  const uri = text.trim();
  const change = (changed: Promise<unknown>) => {
    setProblem("");
    changed.catch((error: unknown) => setProblem(error instanceof Error ? error.message : String(error)));
  };
  const add = () => {
    if (!isUri(uri)) return;
    change(saved.add(uri));
    setText("");
  };
  const first = members.find(({ id }) => id === "");
  return (
    <Modal variant="small" isOpen onClose={onClose} aria-labelledby="connections-title">
      <ModalHeader
        labelId="connections-title"
        title={_("Connections")}
        description={_("The machines of all of them are in one list. They are kept in your own configuration.")}
      />
      <ModalBody>
        {problem && <Alert variant="danger" isInline title={problem} />}
        <ul className="ph-connections">
          {first && <li><bdi className="ph-line">{uriOf(first)}</bdi></li>}
          {uris.map((each) => (
            <li key={each}>
              <bdi className="ph-line" title={each}>{each}</bdi>
              <Button variant="link" isInline aria-label={format(_("Remove $0"), each)} onClick={() => change(saved.remove(each))}>
                {_("Remove")}
              </Button>
            </li>
          ))}
        </ul>
        <AddForm
          id="new-connection"
          label={_("URI of another")}
          text={text}
          longest={LONGEST}
          suggestions={USUAL}
          isReady={isUri(uri) && uris.length < MOST}
          onType={setText}
          onAdd={add}
          input={{ spellCheck: "false", autoCapitalize: "none" }}
        />
      </ModalBody>
      <ModalFooter>
        <Button onClick={onClose}>{_("Close")}</Button>
      </ModalFooter>
    </Modal>
  );
}
