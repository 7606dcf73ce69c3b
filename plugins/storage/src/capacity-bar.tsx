import { format, format_bytes, gettext as _ } from "../../lib/cockpit";
import type { Fill } from "./capacity";

/** How full a pool is. */
export function CapacityBar({ fill, name }: { fill: Fill; name: string }) {
  const text = format(_("$0 of $1 in use"), format_bytes(fill.used, 1024), format_bytes(fill.capacity, 1024));
  return (
    <div className={`ph-capacity ph-${fill.level}`}>
      <div role="meter" aria-label={format(_("Space in use in $0"), name)} aria-valuenow={fill.percent} aria-valuemin={0} aria-valuemax={100} aria-valuetext={text}>
        <div style={{ inlineSize: `${fill.percent}%` }} />
      </div>
      <span className="ph-note">{text}</span>
    </div>
  );
}
