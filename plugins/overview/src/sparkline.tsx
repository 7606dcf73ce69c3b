/** The last readings as one line over time, the newest at the right. */

interface Props {
  /** The oldest first; null where nothing is known. */
  values: readonly (number | null)[];
  /** How many the width is for: fewer begin in the middle. */
  kept: number;
  /** What the height is for, at least; what is higher makes the scale. */
  top: number;
  /** A second line, of the same scale. */
  second?: readonly (number | null)[];
}

const WIDTH = 240;
const HEIGHT = 48;

/** The corners of a line, in the drawing's own units; parts without readings are left out. */
export function pointsOf(values: readonly (number | null)[], kept: number, top: number): [number, number][][] {
  const step = WIDTH / Math.max(1, kept - 1);
  const parts: [number, number][][] = [[]];
  values.forEach((value, index) => {
    if (value === null) parts.push([]);
    else parts.at(-1)!.push([WIDTH - (values.length - 1 - index) * step, HEIGHT - (Math.min(value, top) / top) * HEIGHT]);
  });
  return parts.filter((part) => part.length > 1);
}

const path = (points: [number, number][]) => `M${points.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join("L")}`;

function Line({ values, kept, top, className }: Props & { className: string }) {
  return (
    <g className={className}>
      {pointsOf(values, kept, top).map((part) => (
        <g key={part[0]![0]}>
          <path className="ph-area" d={`${path(part)}L${part.at(-1)![0].toFixed(1)} ${HEIGHT}L${part[0]![0].toFixed(1)} ${HEIGHT}Z`} />
          <path className="ph-line" d={path(part)} vectorEffect="non-scaling-stroke" />
        </g>
      ))}
    </g>
  );
}

/** Decoration beside the number that says the same: nothing for who cannot see it. */
export function Sparkline({ values, kept, top, second = [] }: Props) {
  const highest = Math.max(top, ...[...values, ...second].map((value) => value ?? 0));
  return (
    <svg className="ph-sparkline" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true" focusable="false">
      <Line values={values} kept={kept} top={highest} className="ph-first" />
      {second.length > 0 && <Line values={second} kept={kept} top={highest} className="ph-second" />}
    </svg>
  );
}
