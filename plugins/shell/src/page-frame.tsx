import { memo, useEffect, useLayoutEffect, useRef, useState } from "react";
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { EmptyState, EmptyStateActions, EmptyStateBody, EmptyStateFooter } from "@patternfly/react-core/dist/esm/components/EmptyState";
import { Spinner } from "@patternfly/react-core/dist/esm/components/Spinner";
import ExclamationCircleIcon from "@patternfly/react-icons/dist/esm/icons/exclamation-circle-icon";
import SearchIcon from "@patternfly/react-icons/dist/esm/icons/search-icon";

import { format, gettext as _ } from "../../lib/cockpit";
import { useLanguage } from "../../lib/page";
import { frameName, frameUrl, normalHash, withHash } from "./address";
import type { Frames } from "./frames";

interface Props {
  component: string;
  label: string;
  /** Where in the page the address bar says we are. */
  hash: string;
  active: boolean;
  frames: Frames;
  /** The packages' as far as it is known when the frame is made. */
  checksum: string | null;
}

/* The status the frame's document came with; browsers that do not tell are asked again. */
async function statusOf(frame: Window, url: string): Promise<number> {
  const [navigation] = frame.performance.getEntriesByType("navigation") as (PerformanceNavigationTiming & { responseStatus?: number })[];
  if (navigation?.responseStatus) return navigation.responseStatus;
  return (await fetch(url, { method: "HEAD" })).status;
}

/** One page in its frame. It stays loaded while others are shown. */
export const PageFrame = memo(function PageFrame({ component, label, hash, active, frames, checksum }: Props) {
  useLanguage();
  const element = useRef<HTMLIFrameElement>(null);
  const [state, setState] = useState<"loading" | "loaded" | number>("loading");
  const [attempt, setAttempt] = useState(0);
  const latest = () => frameUrl({ component, hash }, document.baseURI, checksum);
  const [url, setUrl] = useState(latest);
  const failed = typeof state === "number";

  useLayoutEffect(() => {
    const frame = element.current?.contentWindow;
    if (!frame) return;
    frames.attach(frame, component);
    return () => frames.detach(frame);
  }, [frames, component, attempt, failed]);

  useEffect(() => {
    const frame = element.current?.contentWindow;
    if (frame && state === "loaded") frames.hidden(frame, !active);
  }, [frames, active, state]);

  useEffect(() => {
    const frame = element.current?.contentWindow;
    if (!frame || !active || state !== "loaded" || normalHash(frame.location.hash) === hash) return;
    frame.location.replace(withHash(url, hash || "/"));
  }, [url, hash, active, state]);

  const loaded = async () => {
    const frame = element.current?.contentWindow;
    if (!frame || frame.location.href === "about:blank") return;
    const status = await statusOf(frame, url).catch(() => 0);
    if (status < 400) {
      frames.loaded(frame);
      frames.hidden(frame, !active);
    }
    setState(status < 400 ? "loaded" : status);
  };

  if (failed) {
    return (
      <div className="ph-page" hidden={!active}>
        <Failure label={label} status={state} onRetry={() => { setUrl(latest()); setState("loading"); setAttempt(attempt + 1); }} />
      </div>
    );
  }
  return (
    <div className="ph-page" hidden={!active}>
      {state === "loading" && (
        <div className="ph-loading">
          <Spinner aria-label={format(_("Loading $0"), label)} />
        </div>
      )}
      <iframe key={attempt} ref={element} name={frameName(component)} title={label} src={url} onLoad={() => void loaded()} />
    </div>
  );
});

function Failure({ label, status, onRetry }: { label: string; status: number; onRetry(): void }) {
  const missing = status === 404;
  return (
    <EmptyState
      headingLevel="h2"
      icon={missing ? SearchIcon : ExclamationCircleIcon}
      {...(missing ? {} : { status: "danger" as const })}
      titleText={missing ? format(_("There is no page “$0”"), label) : format(_("“$0” could not be loaded"), label)}
    >
      <EmptyStateBody>
        {missing ? _("It may have been removed, or the address is wrong.") : format(_("The server answered with status $0."), status)}
      </EmptyStateBody>
      <EmptyStateFooter>
        <EmptyStateActions>
          <Button variant="link" onClick={onRetry}>
            {_("Try again")}
          </Button>
        </EmptyStateActions>
      </EmptyStateFooter>
    </EmptyState>
  );
}
