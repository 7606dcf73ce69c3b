import { useCallback, useSyncExternalStore } from "react";
import { POINTS, type Points, type TrendStore, linesOf } from "./trends";

const HEIGHT = 20;

interface SparklineProps {
  domainKey: string;
  trends: TrendStore;
  of: "cpu" | "memory";
  /** The value at the top. */
  most: number;
}

const NONE: Points = [];

/** The last five minutes as a line, with gaps where nothing was measured. What it says in words is beside it. */
export function Sparkline({ domainKey, trends, of, most }: SparklineProps) {
  const trend = useSyncExternalStore(trends.subscribe, useCallback(() => trends.get(domainKey), [trends, domainKey]));
  return (
    <svg className="ph-sparkline" viewBox={`0 0 ${POINTS - 1} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
      <path d={linesOf(trend?.[of] ?? NONE, most, HEIGHT)} />
    </svg>
  );
}
