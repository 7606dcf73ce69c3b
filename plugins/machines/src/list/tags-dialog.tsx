import { useState } from "react";
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { FormGroup } from "@patternfly/react-core/dist/esm/components/Form";
import { Label, LabelGroup } from "@patternfly/react-core/dist/esm/components/Label";
import { Modal, ModalBody, ModalFooter, ModalHeader } from "@patternfly/react-core/dist/esm/components/Modal";
import { format, gettext as _ } from "../../../lib/cockpit";
import { AddForm } from "./add-form";
import { type BulkAction, TAGS } from "./bulk-actions";
import { titleOf } from "./bulk-dialogs";
import type { Row } from "./view";

/** As the back end has it. */
const TAG_LENGTH_MAX = 64;

interface TagsDialogProps {
  rows: readonly Row[];
  /** The tags that are in use anywhere. */
  known: readonly string[];
  onConfirm(action: BulkAction): void;
  onCancel(): void;
}

/** Which tags some machines shall have and which not; what only some of them have stays as it is unless it is touched. */
export function TagsDialog({ rows, known, onConfirm, onCancel }: TagsDialogProps) {
  const [add, setAdd] = useState<readonly string[]>([]);
  const [remove, setRemove] = useState<readonly string[]>([]);
  const [text, setText] = useState("");
  const present = [...new Set(rows.flatMap(([, { tags = [] }]) => tags))].filter((tag) => !remove.includes(tag));
  const shown = [...present, ...add.filter((tag) => !present.includes(tag))];
  const counted = (tag: string) => rows.filter(([, { tags = [] }]) => tags.includes(tag)).length;
  const label = (tag: string) => {
    const some = counted(tag);
    return some === 0 || some === rows.length || add.includes(tag) ? tag : format(_("$0 (on $1 of $2)"), tag, some, rows.length);
  };
  const take = () => {
    const tag = text.trim();
    if (!tag) return;
    setAdd([...add.filter((each) => each !== tag), tag]);
    setRemove(remove.filter((each) => each !== tag));
    setText("");
  };
  const drop = (tag: string) => {
    setAdd(add.filter((each) => each !== tag));
    if (counted(tag) > 0) setRemove([...remove, tag]);
  };
  return (
    <Modal variant="small" isOpen onClose={onCancel} aria-labelledby="tags-title">
      <ModalHeader labelId="tags-title" title={titleOf(TAGS, rows.length)} />
      <ModalBody>
        <AddForm
          id="new-tag"
          label={_("New tag")}
          text={text}
          longest={TAG_LENGTH_MAX}
          suggestions={known}
          isReady={text.trim() !== ""}
          onType={setText}
          onAdd={take}
        >
          <FormGroup label={_("Tags")} role="group">
            {shown.length === 0 ? (
              <span className="ph-note">{_("None yet")}</span>
            ) : (
              <LabelGroup numLabels={32} aria-label={_("Tags")}>
                {shown.map((tag) => (
                  <Label key={tag} color="blue" onClose={() => drop(tag)} closeBtnAriaLabel={format(_("Take $0 away"), tag)}>
                    {label(tag)}
                  </Label>
                ))}
              </LabelGroup>
            )}
          </FormGroup>
        </AddForm>
      </ModalBody>
      <ModalFooter>
        <Button
          isDisabled={add.length + remove.length === 0}
          onClick={() => onConfirm({ ...TAGS, params: { add: [...add], remove: [...remove] } })}
        >
          {_("Save")}
        </Button>
        <Button variant="link" onClick={onCancel}>{_("Cancel")}</Button>
      </ModalFooter>
    </Modal>
  );
}
