/** The part of a time that graphs show, in seconds since 1970. */

export interface Range {
  readonly from: number;
  readonly to: number;
}

/** Slots that the smallest part has: fewer are no curve. */
const SLOTS_MIN = 6;

/** `range` within `whole`, at least some slots of `step` long; null where that is all of it. */
export function within(range: Range, whole: Range, step: number): Range | null {
  const most = whole.to - whole.from;
  const length = Math.max(range.to - range.from, SLOTS_MIN * step);
  if (length >= most) return null;
  const from = Math.min(Math.max(range.from, whole.from), whole.to - length);
  return { from, to: from + length };
}

/** Half of what is shown: its end, as what is now is wanted most, else its middle. */
export function closer(range: Range | null, whole: Range, step: number): Range | null {
  const { from, to } = range ?? whole;
  const quarter = (to - from) / 4;
  return within(range ? { from: from + quarter, to: to - quarter } : { from: to - 2 * quarter, to }, whole, step);
}

/** What is half as much earlier (-1) or later (1) than what is shown. */
export function moved({ from, to }: Range, whole: Range, step: number, direction: -1 | 1): Range | null {
  const by = (direction * (to - from)) / 2;
  return within({ from: from + by, to: to + by }, whole, step);
}
