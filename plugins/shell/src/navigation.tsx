import { memo } from "react";
import { Icon } from "@patternfly/react-core/dist/esm/components/Icon";
import { Nav, NavGroup, NavItem, NavList } from "@patternfly/react-core/dist/esm/components/Nav";
import CheckCircleIcon from "@patternfly/react-icons/dist/esm/icons/check-circle-icon";
import ExclamationCircleIcon from "@patternfly/react-icons/dist/esm/icons/exclamation-circle-icon";
import ExclamationTriangleIcon from "@patternfly/react-icons/dist/esm/icons/exclamation-triangle-icon";
import InfoCircleIcon from "@patternfly/react-icons/dist/esm/icons/info-circle-icon";

import { gettext as _ } from "../../lib/cockpit";
import { useLanguage } from "../../lib/page";
import type { Entry } from "./manifests";
import type { PageStatus } from "./page-status";

const STATUS = {
  error: { status: "danger", Symbol: ExclamationCircleIcon },
  warning: { status: "warning", Symbol: ExclamationTriangleIcon },
  info: { status: "info", Symbol: InfoCircleIcon },
  success: { status: "success", Symbol: CheckCircleIcon },
} as const;

function StatusIcon({ status: { type, title } }: { status: PageStatus }) {
  const { status, Symbol } = STATUS[type];
  return (
    <Icon status={status} isInline>
      <Symbol title={title} />
    </Icon>
  );
}

interface Props {
  entries: Entry[];
  current: Entry | undefined;
  statuses: Record<string, PageStatus>;
  href(entry: Entry): string;
  onGo(entry: Entry): void;
}

function isPlainClick(event: React.MouseEvent): boolean {
  return event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
}

export const Navigation = memo(function Navigation({ entries, current, statuses, href, onGo }: Props) {
  useLanguage();
  const items = (group: Entry["group"]) =>
    entries
      .filter((entry) => entry.group === group)
      .map((entry) => (
        <NavItem key={entry.component} itemId={entry.component} isActive={entry === current}>
          <a
            href={href(entry)}
            onClick={(event) => {
              if (!isPlainClick(event)) return;
              event.preventDefault();
              onGo(entry);
            }}
          >
            <span className="ph-nav-label">
              {_(entry.label)}
              {entry.qualifier && <span className="ph-nav-qualifier"> {entry.qualifier}</span>}
            </span>
            {statuses[entry.component] && <StatusIcon status={statuses[entry.component]!} />}
          </a>
        </NavItem>
      ));
  const [menu, tools] = [items("menu"), items("tools")];
  return (
    <Nav aria-label={_("Pages")}>
      {menu.length > 0 && <NavList>{menu}</NavList>}
      {tools.length > 0 && (menu.length > 0 ? <NavGroup title={_("Tools")}>{tools}</NavGroup> : <NavList>{tools}</NavList>)}
    </Nav>
  );
});
