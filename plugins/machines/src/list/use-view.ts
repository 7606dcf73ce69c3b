import { useCallback, useEffect, useRef, useState } from "react";
import { location } from "../../../lib/cockpit";
import { type View, formatView, parseView } from "./view";

/** Browsers count changes of the address; typing must not use them up. */
const SETTLED = 250;

/** The view that the address asks for, and how to change it: at once on the page, soon after in the address. */
export function useView(): [View, (part: Partial<View>) => void] {
  const [view, setView] = useState(() => parseView(location().options));
  const unwritten = useRef<View | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);

  useEffect(() => {
    const moved = () => {
      if (!unwritten.current) setView((shown) => changed(shown, parseView(location().options)));
    };
    window.addEventListener("hashchange", moved);
    return () => {
      window.removeEventListener("hashchange", moved);
      clearTimeout(timer.current);
    };
  }, []);

  const change = useCallback((part: Partial<View>) => {
    setView((shown) => {
      const next = { ...shown, ...part };
      unwritten.current = next;
      return next;
    });
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      const place = location();
      if (unwritten.current) place.replace(place.path, formatView(unwritten.current));
      unwritten.current = null;
    }, SETTLED);
  }, []);

  return [view, change];
}

function changed(shown: View, asked: View): View {
  return JSON.stringify(formatView(shown)) === JSON.stringify(formatView(asked)) ? shown : asked;
}
