import { Divider } from "@patternfly/react-core/dist/esm/components/Divider";
import { DropdownItem, DropdownList } from "@patternfly/react-core/dist/esm/components/Dropdown";
import ExternalLinkAltIcon from "@patternfly/react-icons/dist/esm/icons/external-link-alt-icon";
import QuestionCircleIcon from "@patternfly/react-icons/dist/esm/icons/question-circle-icon";

import { gettext as _ } from "../../lib/cockpit";
import type { Link } from "./manifests";
import { TopMenu } from "./top-menu";

/** What there is to read about the page that is shown, and about the program. */
export function HelpMenu({ docs, onAbout }: { docs: readonly Link[]; onAbout(): void }) {
  return (
    <TopMenu label={_("Help")} toggle={{ variant: "plain", icon: <QuestionCircleIcon /> }}>
      <DropdownList aria-label={_("Help")}>
        {docs.map(({ label, url }) => (
          <DropdownItem key={url} to={url} target="_blank" rel="noopener noreferrer" icon={<ExternalLinkAltIcon />}>
            {_(label)}
          </DropdownItem>
        ))}
        {docs.length > 0 && <Divider component="li" />}
        <DropdownItem onClick={onAbout}>{_("About Pilothouse")}</DropdownItem>
      </DropdownList>
    </TopMenu>
  );
}
