import { useState, type ReactNode } from "react";
import { Dropdown } from "@patternfly/react-core/dist/esm/components/Dropdown";
import { MenuToggle, type MenuToggleProps } from "@patternfly/react-core/dist/esm/components/MenuToggle";

interface Props {
  /** What opens it says; `toggle` says how it looks. */
  label: string;
  toggle: Pick<MenuToggleProps, "variant" | "icon">;
  text?: ReactNode;
  children: ReactNode;
}

/** A menu at the end of the top bar. */
export function TopMenu({ label, toggle, text, children }: Props) {
  const [isOpen, setOpen] = useState(false);
  return (
    <Dropdown
      isOpen={isOpen}
      onOpenChange={setOpen}
      onSelect={() => setOpen(false)}
      shouldFocusToggleOnSelect
      shouldFocusFirstItemOnOpen
      popperProps={{ position: "right", appendTo: "inline" }}
      toggle={(ref) => (
        <MenuToggle ref={ref} {...toggle} isExpanded={isOpen} onClick={() => setOpen(!isOpen)} aria-label={label}>
          {text}
        </MenuToggle>
      )}
    >
      {children}
    </Dropdown>
  );
}
