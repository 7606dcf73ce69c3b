import { useEffect, useMemo } from "react";
import { Skeleton } from "@patternfly/react-core/dist/esm/components/Skeleton";
import { Table, Tbody, Td, Th, Thead, Tr } from "@patternfly/react-table/dist/esm/components/Table";
import { gettext as _, N_ } from "../../../lib/cockpit";
import type { Activity } from "../action-runner";
import type { MachineRowProps } from "./machine-row";
import { CHUNK, RowChunk } from "./row-chunk";
import { COLUMNS, type Column, FIRST_DESCENDING, type Row, type View } from "./view";

const TITLES: Readonly<Record<Column, string>> = { name: N_("Name"), state: N_("State"), cpu: N_("CPU"), memory: N_("Memory") };

interface MachineTableProps extends Pick<MachineRowProps, "capabilities" | "samples" | "enabled" | "onAction"> {
  /** Null while nothing is known yet. */
  rows: readonly Row[] | null;
  view: View;
  activity: Activity;
  onView(part: Partial<View>): void;
}

/** The machines of a view, sorted by the column that the user chose. */
export function MachineTable({ rows, view, activity, onView, ...shared }: MachineTableProps) {
  const chunks = useMemo(() => inChunks(rows ?? []), [rows]);
  useFirstRowsMark(rows !== null && rows.length > 0);
  const sortBy = { index: COLUMNS.indexOf(view.column), direction: view.descending ? "desc" : "asc" } as const;
  const sort = (column: Column, columnIndex: number) => ({
    columnIndex,
    sortBy,
    onSort: () =>
      onView({ column, descending: column === view.column ? !view.descending : FIRST_DESCENDING[column] }),
  });
  return (
    <Table
      variant="compact"
      isStickyHeader
      role="table"
      aria-label={_("Virtual machines")}
      aria-busy={rows === null}
      className={shared.enabled || rows === null ? "ph-machines" : "ph-machines ph-stale"}
    >
      <Thead>
        <Tr>
          {COLUMNS.map((column, index) => (
            <Th key={column} sort={sort(column, index)} modifier="nowrap" className={`ph-column-${column}`}>{_(TITLES[column])}</Th>
          ))}
          <Th screenReaderText={_("Actions")} modifier="nowrap" className="ph-column-actions" />
        </Tr>
      </Thead>
      {rows === null ? (
        <SkeletonRows />
      ) : (
        chunks.map((chunk, index) => (
          <RowChunk key={index} rows={chunk} activity={activity} near={index < 2} {...shared} />
        ))
      )}
    </Table>
  );
}

function inChunks(rows: readonly Row[]): (readonly Row[])[] {
  return Array.from({ length: Math.ceil(rows.length / CHUNK) }, (_each, index) => rows.slice(index * CHUNK, (index + 1) * CHUNK));
}

function SkeletonRows() {
  return (
    <Tbody>
      {["60%", "45%", "70%", "50%", "65%"].map((width, index) => (
        <Tr key={width}>
          {COLUMNS.map((column) => (
            <Td key={column} dataLabel={_(TITLES[column])}>
              <Skeleton width={column === "name" ? width : "70%"} screenreaderText={index === 0 && column === "name" ? _("Loading…") : ""} />
            </Td>
          ))}
          <Td />
        </Tr>
      ))}
    </Tbody>
  );
}

/** Tells the browser's timeline when the first rows were on the screen. */
function useFirstRowsMark(there: boolean): void {
  useEffect(() => {
    if (!there) return;
    const frame = requestAnimationFrame(() => setTimeout(() => performance.mark("pilothouse:first-rows")));
    return () => cancelAnimationFrame(frame);
  }, [there]);
}
