import { type RefObject, useEffect, useState } from "react";
import type { Fleet } from "./fleet";

/** Milliseconds between two pictures of one screen. */
const INTERVAL = 5_000;

interface Screen {
  readonly url?: string;
  /** Why there is none. */
  readonly problem?: string;
}

const NOTHING: Screen = {};

/** The picture of a machine's screen, taken anew while `element` is seen and `live` holds. */
export function useScreen(fleet: Fleet, key: string, live: boolean, element: RefObject<Element | null>): Screen {
  const [screen, setScreen] = useState(NOTHING);
  useEffect(() => {
    if (!live || !element.current) return setScreen(NOTHING);
    let timer: ReturnType<typeof setTimeout> | undefined;
    let seen = false;
    let asking = false;
    let ended = false;
    const ask = async () => {
      timer = undefined;
      if (asking || ended || !seen) return;
      if (!document.hidden) {
        asking = true;
        const taken = await take(fleet, key);
        asking = false;
        if (ended) return;
        setScreen((before) => (taken.url ? taken : { ...before, ...taken }));
      }
      if (seen) timer = setTimeout(ask, INTERVAL);
    };
    const observer = new IntersectionObserver((entries) => {
      seen = entries.at(-1)?.isIntersecting ?? false;
      if (seen && timer === undefined) void ask();
    });
    observer.observe(element.current);
    return () => {
      ended = true;
      clearTimeout(timer);
      observer.disconnect();
    };
  }, [fleet, key, live, element]);
  return screen;
}

async function take(fleet: Fleet, key: string): Promise<Screen> {
  try {
    const { type, data } = await fleet.call<{ type: string; data: string }>("domain_screenshot", key);
    return type === "image/png" ? { url: `data:image/png;base64,${data}` } : { problem: type };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}
