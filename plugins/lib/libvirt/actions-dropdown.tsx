import { type ReactNode, useState } from "react";
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

/** A menu of what can be done with an object. */
export function ActionsDropdown({ name, enabled, isScrollable = false, children }: ActionsDropdownProps) {
  const [open, setOpen] = useState(false);
  const isExpanded = open && enabled;
  const look =
    name === undefined
      ? ({ variant: "secondary", children: _("Actions") } as const)
      : ({ variant: "plain", size: "sm", icon: <EllipsisVIcon />, "aria-label": format(_("Actions for $0"), name) } as const);
  return (
    <Dropdown
      isOpen={isExpanded}
      onOpenChange={setOpen}
      onSelect={() => setOpen(false)}
      shouldFocusToggleOnSelect
      isScrollable={isScrollable}
      popperProps={{ position: "right", appendTo: () => document.body }}
      toggle={(toggleRef) => (
        <MenuToggle {...look} ref={toggleRef} isExpanded={isExpanded} isDisabled={!enabled} onClick={() => setOpen(!open)} />
      )}
    >
      <DropdownList>{children}</DropdownList>
    </Dropdown>
  );
}
