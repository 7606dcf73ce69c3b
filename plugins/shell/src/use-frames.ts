import { useEffect, useRef, useState } from "react";

import { onLanguageChange } from "../../lib/language";
import { language } from "../../lib/cockpit";
import { componentOf } from "./address";
import { Frames } from "./frames";
import type { Navigator } from "./navigator";
import { failedAlso, type Failures } from "./page-errors";
import { asStatus, StatusStore, type PageStatus } from "./page-status";

/** The frames of all pages, and what they said: titles, statuses, failures. `used`: somebody does something to a page. */
export function useFrames(navigator: Navigator, used: () => void) {
  const [titles, setTitles] = useState<Record<string, string>>({});
  const [statuses, setStatuses] = useState<Record<string, PageStatus>>({});
  const [failures, setFailures] = useState<Failures>({});
  const [store] = useState(() => new StatusStore(window.sessionStorage));
  const recover = (component: string) => setFailures(({ [component]: _old, ...others }) => others);
  const failed = (component: string, reason: string) => setFailures((known) => failedAlso(known, component, reason));
  const moved = (component: string, hash: string) => {
    if (navigator.place.component === component) navigator.go({ component, hash }, { replace: true });
  };
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
      oops: (from, reason) => {
        const component = componentOf(from);
        if (component !== null) failed(component, reason ?? "");
      },
    },
    {
      moved,
      used,
      titled: (component, title) => setTitles((known) => (known[component] === title ? known : { ...known, [component]: title })),
      incomplete: failed,
    },
  );
  useLanguageOfFrames(frames.current);
  return { frames: frames.current, titles, statuses, failures, recover };
}

function useLanguageOfFrames(frames: Frames): void {
  useEffect(() => {
    let spoken = language();
    return onLanguageChange(() => {
      if (spoken === language()) return;
      spoken = language();
      frames.relanguage();
    });
  }, [frames]);
}
