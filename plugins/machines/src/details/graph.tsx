import { useEffect, useRef } from "react";
import uPlot from "uplot";
import { language } from "../../../lib/cockpit";
import { useTheme } from "../../../lib/page";
import type { Range } from "./zoom";

export interface Curve {
  label: string;
  /** Null in a gap, which is drawn as one. */
  values: readonly (number | null)[];
}

interface GraphProps {
  /** What it shows, in words. */
  label: string;
  /** Seconds since 1970. */
  at: readonly number[];
  curves: readonly Curve[];
  /** The upper end of the scale where it is known. */
  most: number | undefined;
  /** The part that is shown; null for all of it. */
  range: Range | null;
  text(value: number): string;
  onRange(range: Range | null): void;
}

const HEIGHT = 180;
const AXIS = 76;

/** Curves over time; dragging asks for that part, a double click for all. */
export function Graph({ label, at, curves, most, range, text, onRange }: GraphProps) {
  const frame = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const shown = useRef({ curves, text, onRange });
  shown.current = { curves, text, onRange };
  const theme = useTheme();
  const names = curves.map((curve) => curve.label).join("\n");

  useEffect(() => {
    const element = frame.current;
    if (!element) return;
    const style = getComputedStyle(element);
    const colour = (name: string) => style.getPropertyValue(name).trim();
    const strokes = [colour("--ph-graph-first"), colour("--ph-graph-second")];
    const axis = { stroke: colour("--ph-graph-text"), grid: { stroke: colour("--ph-graph-grid"), width: 1 }, ticks: { show: false } };
    const clock = new Intl.DateTimeFormat(language().replace("_", "-"), { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
    const made = new uPlot(
      {
        width: element.clientWidth,
        height: HEIGHT,
        legend: { show: false },
        cursor: {
          drag: { x: true, y: false, setScale: false },
          bind: { dblclick: () => () => { shown.current.onRange(null); return null; } },
        },
        scales: { x: { time: true }, y: { range: (_self, _low, high) => [0, most ?? Math.max(1, high * 1.1)] } },
        axes: [
          { ...axis, space: 64, size: 28, values: (_self, splits) => splits.map((each) => clock.format(new Date(each * 1000))) },
          { ...axis, size: AXIS, splits: (_self, _index, low, high) => [low, (low + high) / 2, high], values: (_self, splits) => splits.map((each) => shown.current.text(each)) },
        ],
        series: [
          {},
          ...shown.current.curves.map((curve, index) => ({ label: curve.label, stroke: strokes[index] ?? "", width: 1.5, spanGaps: false, points: { show: false } })),
        ],
        hooks: {
          setSelect: [
            (self) => {
              const { left, width } = self.select;
              if (width === 0) return;
              self.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
              shown.current.onRange({ from: self.posToVal(left, "x"), to: self.posToVal(left + width, "x") });
            },
          ],
        },
      },
      [[], ...shown.current.curves.map(() => [])],
      element,
    );
    plot.current = made;
    const observer = new ResizeObserver(() => made.setSize({ width: element.clientWidth, height: HEIGHT }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      made.destroy();
      plot.current = null;
    };
  }, [theme, names, most]);

  useEffect(() => {
    const data = [[...at], ...curves.map(({ values }) => [...values])] as uPlot.AlignedData;
    const [first = 0, last = 0] = [at[0], at.at(-1)];
    plot.current?.batch(() => {
      plot.current?.setData(data, false);
      plot.current?.setScale("x", range ? { min: range.from, max: range.to } : { min: first, max: last });
    });
  }, [at, curves, range, theme, names, most]);

  return <div className="ph-graph" ref={frame} role="img" aria-label={label} />;
}
