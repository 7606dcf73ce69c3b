import { useState } from "react";
import { Dropdown, DropdownItem, DropdownList } from "@patternfly/react-core/dist/esm/components/Dropdown";
import { MenuToggle } from "@patternfly/react-core/dist/esm/components/MenuToggle";
import EllipsisVIcon from "@patternfly/react-icons/dist/esm/icons/ellipsis-v-icon";
import { format, gettext as _ } from "../../lib/cockpit";

export interface Entry {
  readonly label: string;
  readonly danger?: boolean;
  /** Why it cannot be done; undefined where it can. */
  readonly refused?: string | undefined;
  /** The address that it leads to, instead of `onClick`. */
  readonly href?: string;
  onClick?(): void;
}

/** What can be done with a pool or a volume. */
export function Menu({ name, entries, enabled }: { name: string; entries: readonly Entry[]; enabled: boolean }) {
  const [open, setOpen] = useState(false);
  return (
    <Dropdown
      isOpen={open && enabled}
      onOpenChange={setOpen}
      onSelect={() => setOpen(false)}
      shouldFocusToggleOnSelect
      popperProps={{ position: "right", appendTo: () => document.body }}
      toggle={(toggleRef) => (
        <MenuToggle
          ref={toggleRef}
          variant="plain"
          size="sm"
          icon={<EllipsisVIcon />}
          isExpanded={open && enabled}
          isDisabled={!enabled}
          aria-label={format(_("Actions for $0"), name)}
          onClick={() => setOpen(!open)}
        />
      )}
    >
      <DropdownList>
        {entries.map(({ label, danger, refused, href, onClick }) => (
          <DropdownItem
            key={label}
            value={label}
            isDanger={danger ?? false}
            isAriaDisabled={refused !== undefined}
            description={refused}
            {...(href !== undefined && refused === undefined ? { to: href, download: "" } : { onClick: () => onClick?.() })}
          >
            {label}
          </DropdownItem>
        ))}
      </DropdownList>
    </Dropdown>
  );
}
