import { useCallback, useEffect, useRef, useState } from "react";
import { location } from "../../../lib/cockpit";
import { type View, formatView, parseView } from "./view";

/** Browsers count changes of the address; typing must not use them up. */
const SETTLED = 250;

/** The view that the address asks for, and how to change it: at once on the page, in the address soon after or when one leaves. */
export function useView(): [View, (part: Partial<View>) => void] {
  const [view, setView] = useState(() => parseView(location().options));
  const unwritten = useRef<View | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);

  const write = useCallback(() => {
    clearTimeout(timer.current);
    const place = location();
    if (unwritten.current) place.replace(place.path, formatView(unwritten.current));
    unwritten.current = null;
  }, []);

  useEffect(() => {
    const moved = () => {
      if (!unwritten.current) setView((shown) => changed(shown, parseView(location().options)));
    };
    window.addEventListener("hashchange", moved);
    window.addEventListener("blur", write);
    return () => {
      window.removeEventListener("hashchange", moved);
      window.removeEventListener("blur", write);
      clearTimeout(timer.current);
    };
  }, [write]);

  const change = useCallback((part: Partial<View>) => {
    setView((shown) => {
      const next = { ...shown, ...part };
      unwritten.current = next;
      return next;
    });
    clearTimeout(timer.current);
    timer.current = setTimeout(write, SETTLED);
  }, [write]);

  return [view, change];
}

function changed(shown: View, asked: View): View {
  return JSON.stringify(formatView(shown)) === JSON.stringify(formatView(asked)) ? shown : asked;
}
