import { useState } from "react";
import { Dropdown, DropdownItem, DropdownList } from "@patternfly/react-core/dist/esm/components/Dropdown";
import { MenuToggle } from "@patternfly/react-core/dist/esm/components/MenuToggle";
import { gettext as _ } from "../../../lib/cockpit";
import { CHORDS } from "./vnc-session";

/** Combinations that a browser or its system keeps for itself. */
export function KeysMenu({ isDisabled, onPress }: { isDisabled: boolean; onPress(keysyms: readonly number[]): void }) {
  const [open, setOpen] = useState(false);
  return (
    <Dropdown
      isOpen={open}
      onOpenChange={setOpen}
      onSelect={() => setOpen(false)}
      isScrollable
      toggle={(toggleRef) => (
        <MenuToggle ref={toggleRef} isExpanded={open} isDisabled={isDisabled} onClick={() => setOpen(!open)}>{_("Send key")}</MenuToggle>
      )}
    >
      <DropdownList>
        {CHORDS.map(({ label, keysyms }) => <DropdownItem key={label} onClick={() => onPress(keysyms)}>{label}</DropdownItem>)}
      </DropdownList>
    </Dropdown>
  );
}
