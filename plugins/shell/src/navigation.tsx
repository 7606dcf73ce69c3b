import { memo, useState } from "react";
import { Icon } from "@patternfly/react-core/dist/esm/components/Icon";
import { Nav, NavGroup, NavItem, NavList } from "@patternfly/react-core/dist/esm/components/Nav";
import { SearchInput } from "@patternfly/react-core/dist/esm/components/SearchInput";
import CheckCircleIcon from "@patternfly/react-icons/dist/esm/icons/check-circle-icon";
import ExclamationCircleIcon from "@patternfly/react-icons/dist/esm/icons/exclamation-circle-icon";
import ExclamationTriangleIcon from "@patternfly/react-icons/dist/esm/icons/exclamation-triangle-icon";
import InfoCircleIcon from "@patternfly/react-icons/dist/esm/icons/info-circle-icon";

import { format, gettext as _, ngettext } from "../../lib/cockpit";
import { useLanguage } from "../../lib/page";
import type { Entry } from "./manifests";
import type { PageStatus } from "./page-status";
import { placeOf, search, type Hit } from "./search";

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
  /** The link to an address of the console ("/system/services"). */
  href(address: string): string;
  onGo(address: string): void;
}

function isPlainClick({ nativeEvent: event }: React.SyntheticEvent): boolean {
  return event instanceof MouseEvent && event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
}

const everything = (entries: Entry[]): Hit[] => entries.map((entry) => ({ entry, goto: null, keyword: null, weight: 0 }));

export const Navigation = memo(function Navigation({ entries, current, statuses, href, onGo }: Props) {
  useLanguage();
  const [typed, setTyped] = useState("");
  const searching = typed.trim() !== "";
  const hits = searching ? search(entries, typed) : everything(entries);
  const go = (address: string) => {
    setTyped("");
    onGo(address);
  };
  const item = (hit: Hit) => {
    const { entry, keyword } = hit;
    const address = placeOf(hit);
    return (
      <NavItem
        key={entry.component}
        itemId={entry.component}
        isActive={entry === current}
        // The link's own would be replaced.
        onClick={(event) => {
          if (!isPlainClick(event)) return;
          event.preventDefault();
          go(address);
        }}
      >
        <a href={href(address)}>
          <span className="ph-nav-label">
            {_(entry.label)}
            {entry.qualifier && <span className="ph-nav-qualifier"> {entry.qualifier}</span>}
            {keyword && <span className="ph-nav-keyword">{format(_("Contains: $0"), keyword)}</span>}
          </span>
          {statuses[entry.component] && <StatusIcon status={statuses[entry.component]!} />}
        </a>
      </NavItem>
    );
  };
  const [menu, tools] = (["menu", "tools"] as const).map((group) => hits.filter(({ entry }) => entry.group === group).map(item)) as [React.ReactNode[], React.ReactNode[]];
  return (
    <>
      <form
        role="search"
        className="ph-search"
        onSubmit={(event) => event.preventDefault()}
        onKeyDown={(event) => {
          if (!typed || !(event.target instanceof HTMLInputElement)) return;
          if (event.key === "Enter" && hits[0]) go(placeOf(hits[0]));
          if (event.key !== "Escape") return;
          event.stopPropagation();
          setTyped("");
        }}
      >
        <SearchInput
          aria-label={_("Search pages")}
          placeholder={_("Search")}
          resetButtonLabel={_("Clear the search")}
          value={typed}
          onChange={(_event, value) => setTyped(value)}
          onClear={() => setTyped("")}
        />
        <p role="status" className={hits.length > 0 ? "pf-v6-screen-reader" : "ph-nothing"}>
          {searching && (hits.length > 0 ? format(ngettext("$0 page found", "$0 pages found", hits.length), hits.length) : _("No page was found."))}
        </p>
      </form>
      <Nav aria-label={_("Pages")}>
        {menu.length > 0 && <NavList>{menu}</NavList>}
        {tools.length > 0 && (menu.length > 0 ? <NavGroup title={_("Tools")}>{tools}</NavGroup> : <NavList>{tools}</NavList>)}
      </Nav>
    </>
  );
});
