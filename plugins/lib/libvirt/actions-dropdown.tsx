import { type ReactNode, useRef, useState } from "react";
import { Dropdown, DropdownList } from "@patternfly/react-core/dist/esm/components/Dropdown";
import { MenuToggle } from "@patternfly/react-core/dist/esm/components/MenuToggle";
import EllipsisVIcon from "@patternfly/react-icons/dist/esm/icons/ellipsis-v-icon";
import { format, gettext as _ } from "../cockpit";

interface ActionsDropdownProps {
  /** The object's, where its menu is one of several: they are three dots each. Without it the button says what it is. */
  name?: string;
  /** False while nobody is there to act. */
  enabled: boolean;
  /** Higher than a screen, it scrolls. */
  isScrollable?: boolean;
  /** Its items. */
  children: ReactNode;
}

/** A menu of what can be done with an object. Of many in a list, only the button of one that is closed costs anything. */
export function ActionsDropdown({ name, enabled, isScrollable = false, children }: ActionsDropdownProps) {
  const [open, setOpen] = useState(false);
  const toggle = useRef<HTMLButtonElement>(null);
  const isExpanded = open && enabled;
  const look =
    name === undefined
      ? ({ variant: "secondary", children: _("Actions") } as const)
      : ({ variant: "plain", size: "sm", icon: <EllipsisVIcon />, "aria-label": format(_("Actions for $0"), name) } as const);
  return (
    <>
      <MenuToggle {...look} ref={toggle} isExpanded={isExpanded} isDisabled={!enabled} onClick={() => setOpen(!open)} />
      {isExpanded && (
        <Dropdown
          isOpen
          onOpenChange={setOpen}
          onSelect={() => setOpen(false)}
          shouldFocusToggleOnSelect
          isScrollable={isScrollable}
          popperProps={{ position: "right", appendTo: () => document.body }}
          toggle={{ toggleNode: null, toggleRef: toggle }}
        >
          <DropdownList>{children}</DropdownList>
        </Dropdown>
      )}
    </>
  );
}
