import { useEffect } from "react";

/** How far the list has come. */
export interface Milestones {
  readonly "first-rows": boolean;
  /** Every machine is listed with its state. */
  readonly "all-names": boolean;
  /** Every column of every machine is known. */
  readonly "every-column": boolean;
}

/** Marks in the browser's timeline, as `pilothouse:first-rows` and so on, when each was on the screen. */
export function useMarks(milestones: Milestones): void {
  useMark("first-rows", milestones["first-rows"]);
  useMark("all-names", milestones["all-names"]);
  useMark("every-column", milestones["every-column"]);
}

function useMark(name: keyof Milestones, reached: boolean): void {
  useEffect(() => {
    const mark = `pilothouse:${name}`;
    if (!reached || performance.getEntriesByName(mark).length > 0) return;
    const frame = requestAnimationFrame(() => setTimeout(() => performance.mark(mark)));
    return () => cancelAnimationFrame(frame);
  }, [name, reached]);
}
