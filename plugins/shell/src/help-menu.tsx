import { useState } from "react";
import { Divider } from "@patternfly/react-core/dist/esm/components/Divider";
import { Dropdown, DropdownItem, DropdownList } from "@patternfly/react-core/dist/esm/components/Dropdown";
import { MenuToggle } from "@patternfly/react-core/dist/esm/components/MenuToggle";
import ExternalLinkAltIcon from "@patternfly/react-icons/dist/esm/icons/external-link-alt-icon";
import QuestionCircleIcon from "@patternfly/react-icons/dist/esm/icons/question-circle-icon";

import { gettext as _ } from "../../lib/cockpit";
import type { Link } from "./manifests";

/** What there is to read about the page that is shown, and about the program. */
export function HelpMenu({ docs, onAbout }: { docs: readonly Link[]; onAbout(): void }) {
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
        <MenuToggle ref={ref} variant="plain" isExpanded={isOpen} onClick={() => setOpen(!isOpen)} icon={<QuestionCircleIcon />} aria-label={_("Help")} />
      )}
    >
      <DropdownList aria-label={_("Help")}>
        {docs.map(({ label, url }) => (
          <DropdownItem key={url} to={url} target="_blank" rel="noopener noreferrer" icon={<ExternalLinkAltIcon />}>
            {_(label)}
          </DropdownItem>
        ))}
        {docs.length > 0 && <Divider component="li" />}
        <DropdownItem onClick={onAbout}>{_("About Pilothouse")}</DropdownItem>
      </DropdownList>
    </Dropdown>
  );
}
