import { type RefObject, startTransition, useCallback, useEffect, useLayoutEffect, useState } from "react";

/** Rows drawn beyond each edge of the screen, and by how many the drawn part moves at a time. */
const BEYOND = 8;
const STRIDE = 4;
/** How high a row is taken to be, in pixels, until one was measured. */
const FIRST_GUESS = 64;

export interface Window {
  readonly first: number;
  /** The row after the last one drawn. */
  readonly end: number;
  readonly rowHeight: number;
}

/** Which of `count` equally high rows are on the screen, or near it; `body` holds the rows and scrolls in `.ph-scroll`. */
export function useWindow(count: number, body: RefObject<HTMLElement | null>): Window {
  const [rowHeight, setRowHeight] = useState(FIRST_GUESS);
  const [range, setRange] = useState(() => ({ first: 0, end: Math.ceil(window.innerHeight / FIRST_GUESS) }));

  const look = useCallback(() => {
    const scroller = body.current?.closest(".ph-scroll");
    if (!body.current || !scroller) return;
    const above = scroller.getBoundingClientRect().top - body.current.getBoundingClientRect().top;
    const next = rangeOf(above, scroller.clientHeight, rowHeight, count);
    if (next.first === range.first && next.end === range.end) return;
    const seen = rangeOf(above, scroller.clientHeight, rowHeight, count, 0, 1);
    // What nobody sees yet must not keep from the screen what they do see.
    if (range.first <= seen.first && seen.end <= range.end) startTransition(() => setRange(next));
    else setRange(next);
  }, [body, rowHeight, count, range]);

  useEffect(() => {
    const scroller = body.current?.closest(".ph-scroll");
    if (!scroller) return;
    let frame = 0;
    const later = () => {
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(look);
    };
    scroller.addEventListener("scroll", later, { passive: true });
    const observer = new ResizeObserver(later);
    observer.observe(scroller);
    return () => {
      cancelAnimationFrame(frame);
      scroller.removeEventListener("scroll", later);
      observer.disconnect();
    };
  }, [body, look]);

  // A row's height depends on the layout and on the size of the text.
  useLayoutEffect(() => {
    const row = body.current?.querySelector("tr[data-key], [data-line]");
    const height = row?.getBoundingClientRect().height ?? 0;
    if (height > 0 && Math.abs(height - rowHeight) > 0.5) setRowHeight(height);
    look();
  });

  return { first: Math.min(range.first, count), end: Math.min(range.end, count), rowHeight };
}

/** The rows to draw where the rows begin `above` pixels above the screen's upper edge: `beyond` more at each edge, in steps of `stride`. */
export function rangeOf(
  above: number,
  screen: number,
  rowHeight: number,
  count: number,
  beyond = BEYOND,
  stride = STRIDE,
): { first: number; end: number } {
  const first = Math.floor(Math.max(0, above) / rowHeight) - beyond;
  const end = Math.ceil((above + screen) / rowHeight) + beyond;
  const clamp = (row: number) => Math.min(count, Math.max(0, row));
  return { first: clamp(Math.floor(first / stride) * stride), end: clamp(Math.ceil(end / stride) * stride) };
}

/** What stands in the list from top to bottom: the rows drawn, by their indices, and the gaps between them. */
export function placesDrawn(count: number, first: number, end: number, pinned: number): (number | { first: number; end: number })[] {
  const drawn = Array.from({ length: end - first }, (_each, index) => first + index);
  if (pinned >= 0 && pinned < first) drawn.unshift(pinned);
  if (pinned >= end && pinned < count) drawn.push(pinned);
  const places: (number | { first: number; end: number })[] = [];
  let next = 0;
  for (const index of [...drawn, count]) {
    if (index > next) places.push({ first: next, end: index });
    if (index < count) places.push(index);
    next = index + 1;
  }
  return places;
}
