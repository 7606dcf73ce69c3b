import { Card, CardBody, CardTitle } from "@patternfly/react-core/dist/esm/components/Card";
import { Skeleton } from "@patternfly/react-core/dist/esm/components/Skeleton";

import { format, format_bytes, gettext as _ } from "../../lib/cockpit";
import type { Space } from "./load";

const HIGH = 90;
const FULL = 97;

/** How full the file systems are. */
export function SpaceCard({ spaces }: { spaces: readonly Space[] | null }) {
  return (
    <Card isCompact>
      <CardTitle component="h2">{_("File systems")}</CardTitle>
      <CardBody>
        {spaces === null && <Skeleton screenreaderText={_("Measuring…")} />}
        {spaces?.length === 0 && <p>{_("No file system tells how full it is.")}</p>}
        {spaces !== null && spaces.length > 0 && (
          <ul className="ph-list">
            {spaces.map((space) => (
              <FileSystem key={space.point} {...space} />
            ))}
          </ul>
        )}
      </CardBody>
    </Card>
  );
}

function FileSystem({ point, used, total }: Space) {
  const percent = Math.min(100, Math.round((used / total) * 100));
  const text = format(_("$0 of $1"), format_bytes(used, 1024), format_bytes(total, 1024));
  const level = percent >= FULL ? " ph-full" : percent >= HIGH ? " ph-high" : "";
  return (
    <li className={`ph-space${level}`}>
      <span className="ph-point">{point}</span> <span className="ph-note">{text}</span>
      <div role="meter" aria-label={format(_("Space in use on $0"), point)} aria-valuenow={percent} aria-valuemin={0} aria-valuemax={100} aria-valuetext={text}>
        <div style={{ inlineSize: `${percent}%` }} />
      </div>
    </li>
  );
}
