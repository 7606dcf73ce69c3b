import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { EmptyState, EmptyStateActions, EmptyStateBody, EmptyStateFooter } from "@patternfly/react-core/dist/esm/components/EmptyState";
import { Page, PageSidebar, PageSidebarBody } from "@patternfly/react-core/dist/esm/components/Page";
import { SkipToContent } from "@patternfly/react-core/dist/esm/components/SkipToContent";

import { gettext as _, message } from "../../lib/cockpit";
import { connection, connectionEvents, type Closed } from "../../base1/src/connection";
import { About } from "./about";
import { componentOf } from "./address";
import { Frames } from "./frames";
import { useIdentity } from "./identity";
import { LostConnection } from "./lost-connection";
import { checksumOf, entries, entryOf, firstEntry, preloads, type Entry } from "./manifests";
import { Navigation } from "./navigation";
import type { Navigator } from "./navigator";
import { PageErrors } from "./page-errors";
import { PageFrame } from "./page-frame";
import { asStatus, StatusStore, type PageStatus } from "./page-status";
import { TopBar } from "./top-bar";

const WIDE = "(min-width: 75rem)";
const PRODUCT = "Pilothouse";
/** Milliseconds that the page one looks at has to itself. */
const PRELOAD_AFTER = 3000;

function useFrames(navigator: Navigator) {
  const [titles, setTitles] = useState<Record<string, string>>({});
  const [statuses, setStatuses] = useState<Record<string, PageStatus>>({});
  const [failed, setFailed] = useState<string[]>([]);
  const recover = (component: string) => setFailed((known) => known.filter((each) => each !== component));
  const [store] = useState(() => new StatusStore(window.sessionStorage));
  const frames = useRef<Frames | null>(null);
  frames.current ??= new Frames(
    {
      jump: (location) => navigator.go(navigator.parse(location)),
      hint: (hint, from) => {
        const component = componentOf(from);
        if (hint["hint"] === "location" && component !== null) moved(component, String(hint["hash"] ?? ""));
      },
      notify: (notice, from) => {
        const component = componentOf(from);
        if (component === null) return;
        store.set(component, notice["page_status"]);
        setStatuses(({ [component]: _old, ...others }) => {
          const status = asStatus(notice["page_status"]);
          return status ? { ...others, [component]: status } : others;
        });
      },
      oops: (from) => {
        const component = componentOf(from);
        if (component !== null) setFailed((known) => (known.includes(component) ? known : [...known, component]));
      },
    },
    { moved, titled: (component, title) => setTitles((known) => (known[component] === title ? known : { ...known, [component]: title })) },
  );
  function moved(component: string, hash: string): void {
    if (navigator.place.component === component) navigator.go({ component, hash }, { replace: true });
  }
  return { frames: frames.current, titles, statuses, failed, recover };
}

/** The pages visited so far, in the order of their first visit; after a while also those that want to run unseen. */
function useVisited(component: string, unseen: string[]): string[] {
  const [visited, setVisited] = useState<string[]>([]);
  if (component && !visited.includes(component)) setVisited([...visited, component]);
  useEffect(() => {
    const timer = setTimeout(() => setVisited((known) => [...known, ...unseen.filter((each) => !known.includes(each))]), PRELOAD_AFTER);
    return () => clearTimeout(timer);
  }, [unseen]);
  return visited;
}

function useNavigationPanel() {
  const [wide, setWide] = useState(() => window.matchMedia(WIDE).matches);
  const [isOpen, setOpen] = useState(wide);
  useEffect(() => {
    const media = window.matchMedia(WIDE);
    const changed = () => {
      setWide(media.matches);
      setOpen(media.matches);
    };
    media.addEventListener("change", changed);
    return () => media.removeEventListener("change", changed);
  }, []);
  const closeIfOver = useCallback(() => setOpen((open) => open && window.matchMedia(WIDE).matches), []);
  return { isOpen, wide, toggle: () => setOpen(!isOpen), closeIfOver };
}

function useConnectionLoss(frames: Frames): Closed | null {
  const [lost, setLost] = useState<Closed | null>(null);
  useEffect(() => {
    const closed = (_event: CustomEvent, reason: Closed) => {
      frames.router.disconnected();
      setLost(reason);
    };
    connectionEvents.addEventListener("close", closed);
    // It may have been refused before there was anything to show.
    const { closed: reason } = connection();
    if (reason) setLost(reason);
    return () => connectionEvents.removeEventListener("close", closed);
  }, [frames]);
  return lost;
}

function focusPage(): void {
  const frame = document.querySelector<HTMLIFrameElement>(".ph-page:not([hidden]) iframe");
  if (frame) frame.focus();
  else document.getElementById("content")?.focus();
}

export function Shell({ navigator, manifests }: { navigator: Navigator; manifests: unknown }) {
  const list = useMemo(() => entries(manifests), [manifests]);
  const unseen = useMemo(() => preloads(manifests), [manifests]);
  const place = useSyncExternalStore(navigator.subscribe, () => navigator.place);
  const { frames, titles, statuses, failed, recover } = useFrames(navigator);
  const visited = useVisited(place.component, unseen);
  const navigation = useNavigationPanel();
  const identity = useIdentity();
  const lost = useConnectionLoss(frames);
  const [aboutOpen, setAboutOpen] = useState(false);

  const first = firstEntry(list);
  const current = entryOf(list, place.component);
  const labelOf = (component: string) => _(list.find((entry) => entry.component === component)?.label ?? component);
  const label = current ? _(current.label) : place.component;

  useEffect(() => {
    if (!place.component && first) navigator.go({ component: first.component, hash: "" }, { replace: true });
  }, [navigator, place, first]);

  const title = titles[place.component] || label;
  useEffect(() => {
    document.title = title ? `${title} – ${PRODUCT}` : PRODUCT;
  }, [title]);

  const { closeIfOver } = navigation;
  const href = useCallback((entry: Entry) => navigator.href({ component: entry.component, hash: "" }), [navigator]);
  const go = useCallback(
    (entry: Entry) => {
      navigator.go({ component: entry.component, hash: "" });
      closeIfOver();
    },
    [navigator, closeIfOver],
  );

  return (
    <>
      <Page
        className="ph-shell"
        mainContainerId="content"
        mainAriaLabel={label}
        isContentFilled
        skipToContent={
          <SkipToContent
            href="#content"
            onClick={(event) => {
              event.preventDefault();
              focusPage();
            }}
          >
            {_("Skip to content")}
          </SkipToContent>
        }
        masthead={
          <TopBar
            identity={identity}
            isNavigationOpen={navigation.isOpen}
            home={first ? href(first) : "/"}
            onToggleNavigation={navigation.toggle}
            onHome={() => first && go(first)}
            onAbout={() => setAboutOpen(true)}
          />
        }
        sidebar={
          <PageSidebar
            id="navigation"
            isSidebarOpen={navigation.isOpen}
            className={navigation.isOpen && !navigation.wide ? "pf-m-expanded" : ""}
            inert={!navigation.isOpen}
            onKeyDown={(event) => {
              if (event.key !== "Escape" || navigation.wide) return;
              closeIfOver();
              document.getElementById("navigation-toggle")?.focus();
            }}
          >
            <PageSidebarBody>
              <Navigation entries={list} current={current} statuses={statuses} href={href} onGo={go} />
            </PageSidebarBody>
          </PageSidebar>
        }
      >
        <h1 className="pf-v6-screen-reader">{label || PRODUCT}</h1>
        {!first && <NoPages />}
        {visited.map((component) => (
          <PageFrame
            key={component}
            component={component}
            label={labelOf(component)}
            hash={component === place.component ? place.hash : ""}
            active={component === place.component}
            frames={frames}
            checksum={checksumOf(manifests)}
          />
        ))}
        {navigation.isOpen && !navigation.wide && <div className="ph-scrim" onClick={closeIfOver} />}
      </Page>
      <PageErrors
        components={failed}
        labelOf={labelOf}
        onClose={recover}
        onReload={(component) => {
          recover(component);
          frames.reload(component);
        }}
      />
      {aboutOpen && <About manifests={manifests} identity={identity} onClose={() => setAboutOpen(false)} />}
      {lost && <LostConnection reason={lost} />}
    </>
  );
}

function NoPages() {
  return (
    <EmptyState headingLevel="h2" titleText={_("There are no pages")}>
      <EmptyStateBody>{_("No plugin with a page of its own was found on this machine.")}</EmptyStateBody>
    </EmptyState>
  );
}

/** Shown in the shell's place when the list of pages cannot be had. */
export function ShellFailed({ error, onRetry }: { error: unknown; onRetry(): void }) {
  return (
    <EmptyState headingLevel="h1" status="danger" titleText={_("The list of pages could not be loaded")}>
      <EmptyStateBody>{message(error)}</EmptyStateBody>
      <EmptyStateFooter>
        <EmptyStateActions>
          <Button onClick={onRetry}>{_("Try again")}</Button>
        </EmptyStateActions>
      </EmptyStateFooter>
    </EmptyState>
  );
}
