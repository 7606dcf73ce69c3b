import { useEffect, useRef } from "react";
import uPlot from "uplot";
import { language } from "../../../lib/cockpit";
import { useTheme } from "../../../lib/page";

export interface Curve {
  label: string;
  /** Null in a gap, which is drawn as one. */
  values: readonly (number | null)[];
}

interface GraphProps {
  label: string;
  /** Seconds since 1970. */
  at: readonly number[];
  curves: readonly Curve[];
  /** The upper end of the scale where it is known. */
  most: number | undefined;
  text(value: number): string;
}

const HEIGHT = 180;
const AXIS = 76;

/** Curves over time; dragging zooms in, a double click out. New figures keep what is zoomed to. */
export function Graph({ label, at, curves, most, text }: GraphProps) {
  const frame = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const zoomed = useRef(false);
  const shown = useRef({ curves, text });
  shown.current = { curves, text };
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
        cursor: { drag: { x: true, y: false } },
        scales: { x: { time: true }, y: { range: (_self, _low, high) => [0, most ?? Math.max(1, high * 1.1)] } },
        axes: [
          { ...axis, space: 64, values: (_self, splits) => splits.map((each) => clock.format(new Date(each * 1000))) },
          { ...axis, size: AXIS, splits: (_self, _index, low, high) => [low, (low + high) / 2, high], values: (_self, splits) => splits.map((each) => shown.current.text(each)) },
        ],
        series: [
          {},
          ...shown.current.curves.map((curve, index) => ({ label: curve.label, stroke: strokes[index] ?? "", width: 1.5, spanGaps: false, points: { show: false } })),
        ],
        hooks: {
          setSelect: [(self) => { zoomed.current = self.select.width > 0; }],
        },
      },
      [[], ...shown.current.curves.map(() => [])],
      element,
    );
    made.over.addEventListener("dblclick", () => { zoomed.current = false; });
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
    plot.current?.setData(data, !zoomed.current);
    if (zoomed.current) plot.current?.redraw();
  }, [at, curves, theme, names, most]);

  return <div className="ph-graph" ref={frame} role="img" aria-label={label} />;
}
