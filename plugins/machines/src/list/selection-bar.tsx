import { useState } from "react";
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { Checkbox } from "@patternfly/react-core/dist/esm/components/Checkbox";
import { Divider } from "@patternfly/react-core/dist/esm/components/Divider";
import { Dropdown, DropdownItem, DropdownList } from "@patternfly/react-core/dist/esm/components/Dropdown";
import { MenuToggle } from "@patternfly/react-core/dist/esm/components/MenuToggle";
import { format, gettext as _, ngettext } from "../../../lib/cockpit";
import { BULK_ACTIONS, type BulkAction } from "./bulk-actions";
import type { Selection } from "./use-selection";
import type { Row } from "./view";

interface SelectionBarProps {
  selection: Selection;
  /** What the filters leave. */
  rows: readonly Row[];
  onAction(action: BulkAction): void;
}

/** Selects all that the filters leave, and says what can be done to the selected ones. */
export function SelectionBar({ selection, rows, onAction }: SelectionBarProps) {
  const among = rows.filter(([key]) => selection.has(key)).length;
  const count = selection.rows.length;
  return (
    <div className="ph-selection">
      <Checkbox
        id="select-all"
        label={format(ngettext("Select the $0 machine below", "Select all $0 machines below", rows.length), rows.length)}
        isChecked={among === 0 ? false : among === rows.length ? true : null}
        onChange={(_event, selected) => selection.all(rows.map(([key]) => key), selected)}
      />
      {count > 0 && (
        <>
          <span role="status" className="ph-selected">{format(ngettext("$0 selected", "$0 selected", count), count)}</span>
          <BulkMenu onAction={onAction} />
          <Button variant="link" isInline onClick={selection.clear}>{_("Clear the selection")}</Button>
        </>
      )}
    </div>
  );
}

function BulkMenu({ onAction }: { onAction(action: BulkAction): void }) {
  const [open, setOpen] = useState(false);
  const item = (action: BulkAction) => (
    <DropdownItem key={action.method} value={action.method} isDanger={action.danger ?? false} onClick={() => onAction(action)}>
      {_(action.label)}
    </DropdownItem>
  );
  return (
    <Dropdown
      isOpen={open}
      onOpenChange={setOpen}
      onSelect={() => setOpen(false)}
      shouldFocusToggleOnSelect
      popperProps={{ appendTo: () => document.body }}
      toggle={(toggleRef) => (
        <MenuToggle ref={toggleRef} size="sm" variant="primary" isExpanded={open} onClick={() => setOpen(!open)}>
          {_("Actions for the selected")}
        </MenuToggle>
      )}
    >
      <DropdownList>
        {BULK_ACTIONS.filter(({ danger }) => !danger).map(item)}
        <Divider component="li" key="divider" />
        {BULK_ACTIONS.filter(({ danger }) => danger).map(item)}
      </DropdownList>
    </Dropdown>
  );
}
