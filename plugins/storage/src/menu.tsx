import { DropdownItem } from "@patternfly/react-core/dist/esm/components/Dropdown";
import { ActionsDropdown } from "../../lib/libvirt/actions-dropdown";

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
  return (
    <ActionsDropdown name={name} enabled={enabled}>
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
    </ActionsDropdown>
  );
}
