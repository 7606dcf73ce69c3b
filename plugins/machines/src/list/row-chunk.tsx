import { type RefObject, memo, useEffect, useRef, useState } from "react";
import { useLanguage } from "../../../lib/page";
import type { Activity } from "../action-runner";
import { DistantRow, MachineRow, type MachineRowProps } from "./machine-row";
import type { Row } from "./view";

/** Rows of one `tbody`: what is drawn in full or in short together. */
export const CHUNK = 25;
/** A chunk this near to the screen is drawn in full before it is seen. */
const NEAR = "600px 0px";

type Shared = Pick<MachineRowProps, "capabilities" | "samples" | "enabled" | "onAction">;

interface RowChunkProps extends Shared {
  rows: readonly Row[];
  activity: Activity;
  /** Draw in full at once: the chunk is on the first screen. */
  near: boolean;
}

/** A part of the table's body that knows whether it is near the screen. */
export const RowChunk = memo(
  function RowChunk({ rows, activity, near: nearAtFirst, ...shared }: RowChunkProps) {
    useLanguage();
    const body = useRef<HTMLTableSectionElement>(null);
    const near = useNear(body, nearAtFirst);
    return (
      <tbody className="pf-v6-c-table__tbody" role="rowgroup" ref={body}>
        {rows.map(([key, domain]) =>
          near ? (
            <MachineRow
              key={key}
              domainKey={key}
              domain={domain}
              busy={activity.busy.get(key)}
              asked={activity.asked.get(key)}
              {...shared}
            />
          ) : (
            <DistantRow key={key} domainKey={key} domain={domain} />
          ),
        )}
      </tbody>
    );
  },
  (before, after) =>
    before.rows.length === after.rows.length &&
    before.rows.every(([key, domain], index) => key === after.rows[index]?.[0] && domain === after.rows[index]?.[1]) &&
    before.activity.busy === after.activity.busy &&
    before.activity.asked === after.activity.asked &&
    before.capabilities === after.capabilities &&
    before.enabled === after.enabled &&
    before.onAction === after.onAction,
);

function useNear(element: RefObject<Element | null>, nearAtFirst: boolean): boolean {
  const [near, setNear] = useState(nearAtFirst);
  useEffect(() => {
    const target = element.current;
    if (!target) return;
    const observer = new IntersectionObserver((entries) => setNear(entries.at(-1)?.isIntersecting ?? true), {
      root: target.closest(".ph-scroll"),
      rootMargin: NEAR,
    });
    observer.observe(target);
    return () => observer.disconnect();
  }, [element]);
  return near;
}
