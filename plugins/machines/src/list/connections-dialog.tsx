import { useState, useSyncExternalStore } from "react";
import { Alert } from "@patternfly/react-core/dist/esm/components/Alert";
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { Form, FormGroup } from "@patternfly/react-core/dist/esm/components/Form";
import { InputGroup, InputGroupItem } from "@patternfly/react-core/dist/esm/components/InputGroup";
import { Modal, ModalBody, ModalFooter, ModalHeader } from "@patternfly/react-core/dist/esm/components/Modal";
import { TextInput } from "@patternfly/react-core/dist/esm/components/TextInput";
import { format, gettext as _ } from "../../../lib/cockpit";
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
        <Form
          onSubmit={(event) => {
            event.preventDefault();
            add();
          }}
        >
          <FormGroup label={_("URI of another")} fieldId="new-connection">
            <InputGroup>
              <InputGroupItem isFill>
                <TextInput
                  id="new-connection"
                  value={text}
                  maxLength={LONGEST}
                  list="usual-connections"
                  spellCheck="false"
                  autoCapitalize="none"
                  onChange={(_event, value) => setText(value)}
                />
                <datalist id="usual-connections">
                  {USUAL.map((each) => <option key={each} value={each} />)}
                </datalist>
              </InputGroupItem>
              <InputGroupItem>
                <Button type="submit" variant="control" isDisabled={!isUri(uri) || uris.length >= MOST}>{_("Add")}</Button>
              </InputGroupItem>
            </InputGroup>
          </FormGroup>
        </Form>
      </ModalBody>
      <ModalFooter>
        <Button onClick={onClose}>{_("Close")}</Button>
      </ModalFooter>
    </Modal>
  );
}
