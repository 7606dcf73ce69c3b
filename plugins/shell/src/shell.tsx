import { useCallback, useEffect, useMemo, useState, useSyncExternalStore } from "react";
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { EmptyState, EmptyStateActions, EmptyStateBody, EmptyStateFooter } from "@patternfly/react-core/dist/esm/components/EmptyState";
import { Page, PageSidebar, PageSidebarBody } from "@patternfly/react-core/dist/esm/components/Page";
import { SkipToContent } from "@patternfly/react-core/dist/esm/components/SkipToContent";

import { gettext as _, message } from "../../lib/cockpit";
import { About } from "./about";
import { useIdentity } from "./identity";
import { watchForPeople, type IdleLimit } from "./idle";
import { IdleDialog } from "./idle-dialog";
import { LostConnection } from "./lost-connection";
import { checksumOf, docsOf, entries, entryOf, firstEntry, localesOf, preloads } from "./manifests";
import { Navigation } from "./navigation";
import type { Navigator } from "./navigator";
import { PageErrors } from "./page-errors";
import { PageFrame } from "./page-frame";
import { TopBar } from "./top-bar";
import { useConnection } from "./use-connection";
import { useFrames } from "./use-frames";
import { useNavigationPanel } from "./use-navigation-panel";

const PRODUCT = "Pilothouse";
/** Milliseconds that the page one looks at has to itself. */
const PRELOAD_AFTER = 3000;

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

function focusPage(): void {
  const frame = document.querySelector<HTMLIFrameElement>(".ph-page:not([hidden]) iframe");
  if (frame) frame.focus();
  else document.getElementById("content")?.focus();
}

interface Props {
  navigator: Navigator;
  manifests: unknown;
  idle: IdleLimit;
}

export function Shell({ navigator, manifests, idle }: Props) {
  const list = useMemo(() => entries(manifests), [manifests]);
  const unseen = useMemo(() => preloads(manifests), [manifests]);
  const place = useSyncExternalStore(navigator.subscribe, () => navigator.place);
  const left = useSyncExternalStore(idle.subscribe, idle.getSnapshot);
  const { frames, titles, statuses, failures, recover } = useFrames(navigator, () => idle.seen());
  const visited = useVisited(place.component, unseen);
  const navigation = useNavigationPanel();
  const identity = useIdentity();
  const { lost, resume } = useConnection(frames);
  const [aboutOpen, setAboutOpen] = useState(false);

  const first = firstEntry(list);
  const current = entryOf(list, place.component, manifests);
  const labelOf = (component: string) => _(list.find((entry) => entry.component === component)?.label ?? component);
  const label = current ? _(current.label) : place.component;

  useEffect(() => {
    if (!place.component && first) navigator.go({ component: first.component, hash: "" }, { replace: true });
  }, [navigator, place, first]);

  const title = titles[place.component] || label;
  useEffect(() => {
    document.title = title ? `${title} – ${PRODUCT}` : PRODUCT;
  }, [title]);

  useEffect(() => watchForPeople(window, () => idle.seen()), [idle]);

  const { closeIfOver } = navigation;
  const home = `/${first?.component ?? ""}`;
  const href = useCallback((address: string) => navigator.href(navigator.parse(address)), [navigator]);
  const go = useCallback(
    (address: string) => {
      navigator.go(navigator.parse(address));
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
            locales={localesOf(manifests)}
            docs={docsOf(manifests, current, place.component)}
            home={href(home)}
            onToggleNavigation={navigation.toggle}
            onHome={() => go(home)}
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
        failures={failures}
        labelOf={labelOf}
        onClose={recover}
        onReload={(component) => {
          recover(component);
          frames.reload(component);
        }}
      />
      {aboutOpen && <About manifests={manifests} identity={identity} onClose={() => setAboutOpen(false)} />}
      {left !== null && !lost && <IdleDialog left={left} onStay={() => idle.stay()} />}
      {lost && <LostConnection reason={lost} onBack={resume} />}
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
