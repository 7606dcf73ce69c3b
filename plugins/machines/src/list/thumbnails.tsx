import { memo, useEffect, useRef, useState } from "react";
import { Card, CardBody, CardHeader, CardTitle } from "@patternfly/react-core/dist/esm/components/Card";
import { format, gettext as _ } from "../../../lib/cockpit";
import { useLanguage } from "../../../lib/page";
import type { Domain } from "../model";
import { StateLabel } from "../state-label";
import { lookOf } from "../states";
import type { Fleet } from "./fleet";
import type { Place } from "./machine-table";
import { useScreen } from "./use-screen";
import { useWindow } from "./use-window";
import type { Row } from "./view";

/** The least width of a card, in pixels; as many as fit stand beside each other. */
const CARD = 240;

interface ThumbnailsProps {
  fleet: Fleet;
  rows: readonly Row[];
  placeOf(key: string): Place;
}

/** The machines of a view as pictures of their screens; only those on the screen are drawn, and asked for. */
export function Thumbnails({ fleet, rows, placeOf }: ThumbnailsProps) {
  const body = useRef<HTMLDivElement>(null);
  const columns = useColumns(body);
  const lines = Math.ceil(rows.length / columns);
  const { first, end, rowHeight } = useWindow(lines, body);
  const style = { paddingBlock: `${first * rowHeight}px ${(lines - end) * rowHeight}px` };
  return (
    <div ref={body} className="ph-thumbnails" role="list" aria-label={_("Virtual machines")} style={style}>
      {Array.from({ length: end - first }, (_each, index) => (
        <div key={first + index} data-line className="ph-thumbnails-line" role="presentation" style={{ gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))` }}>
          {rows.slice((first + index) * columns, (first + index + 1) * columns).map(([key, domain]) => (
            <Thumbnail key={key} fleet={fleet} domainKey={key} domain={domain} capability={placeOf(key).capabilities["domain_screenshot"]} />
          ))}
        </div>
      ))}
    </div>
  );
}

interface ThumbnailProps {
  fleet: Fleet;
  domainKey: string;
  domain: Domain;
  capability: true | string | undefined;
}

const Thumbnail = memo(function Thumbnail({ fleet, domainKey, domain, capability }: ThumbnailProps) {
  useLanguage();
  const picture = useRef<HTMLDivElement>(null);
  const live = lookOf(domain.state).live && capability === true;
  const screen = useScreen(fleet, domainKey, live, picture);
  const why = !lookOf(domain.state).live ? _(lookOf(domain.state).label) : typeof capability === "string" ? capability : screen.problem;
  return (
    <Card isCompact className="ph-thumbnail" role="listitem" data-key={domainKey}>
      <CardHeader>
        <CardTitle><bdi className="ph-line" title={domain.name}>{domain.name}</bdi></CardTitle>
      </CardHeader>
      <CardBody>
        <div ref={picture} className="ph-screen">
          {live && screen.url ? <img src={screen.url} alt={format(_("Screen of $0"), domain.name)} /> : <span className="ph-note">{why}</span>}
        </div>
        <StateLabel domain={domain} asked={undefined} />
      </CardBody>
    </Card>
  );
});

function useColumns(body: React.RefObject<HTMLElement | null>): number {
  const [columns, setColumns] = useState(1);
  useEffect(() => {
    if (!body.current) return;
    const observer = new ResizeObserver(([entry]) => setColumns(Math.max(1, Math.floor((entry?.contentRect.width ?? 0) / CARD))));
    observer.observe(body.current);
    return () => observer.disconnect();
  }, [body]);
  return columns;
}
