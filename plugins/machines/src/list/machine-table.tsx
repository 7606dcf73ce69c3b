import { useEffect, useRef, useState } from "react";
import { Skeleton } from "@patternfly/react-core/dist/esm/components/Skeleton";
import { Table, Th, Thead, Tr } from "@patternfly/react-table/dist/esm/components/Table";
import { gettext as _, N_ } from "../../../lib/cockpit";
import type { Activity } from "../action-runner";
import type { Capabilities } from "../../../lib/libvirt/model";
import { MachineRow, type MachineRowProps, cell } from "./machine-row";
import type { Selection } from "./use-selection";
import { placesDrawn, useWindow } from "./use-window";
import { COLUMNS, type Column, FIRST_DESCENDING, type Row, type View } from "./view";

/** Milliseconds that a row is on the screen before anything is asked for it. */
const SETTLED = 150;

export const TITLES: Readonly<Record<Column, string>> = {
  name: N_("Name"),
  state: N_("State"),
  connection: N_("Connection"),
  cpu: N_("CPU"),
  memory: N_("Memory"),
  addresses: N_("Addresses"),
  tags: N_("Tags"),
};

/** What the table asks of a machine's connection. */
export interface Place {
  readonly name: string;
  readonly capabilities: Capabilities;
  /** Whether somebody is there to act. */
  readonly enabled: boolean;
}

interface MachineTableProps extends Pick<MachineRowProps, "samples" | "trends" | "onAction" | "onTags" | "onCommands"> {
  /** Null while nothing is known yet. */
  rows: readonly Row[] | null;
  view: View;
  activity: Activity;
  /** Whether there are several connections. */
  several: boolean;
  stale: boolean;
  selection: Selection;
  placeOf(key: string): Place;
  onView(part: Partial<View>): void;
  /** Told which rows are drawn. */
  onShown(keys: readonly string[]): void;
}

/** The machines of a view, sorted by the column that the user chose; only those on the screen are drawn. */
export function MachineTable({ rows, view, several, stale, onView, ...shared }: MachineTableProps) {
  const columns = COLUMNS.filter((column) => column !== "connection" || several);
  const sortBy = { index: columns.indexOf(view.column), direction: view.descending ? "desc" : "asc" } as const;
  const sort = (column: Column, columnIndex: number) => ({ columnIndex, sortBy, onSort: () => onView(sorted(view, column)) });
  return (
    <Table
      variant="compact"
      isStickyHeader
      role="table"
      aria-label={_("Virtual machines")}
      aria-busy={rows === null}
      aria-rowcount={rows === null ? -1 : rows.length + 1}
      className={`ph-machines${stale ? " ph-stale" : ""}`}
    >
      <Thead>
        <Tr>
          <Th screenReaderText={_("Selection")} className="ph-column-select" />
          {columns.map((column, index) => (
            <Th key={column} sort={sort(column, index)} modifier="nowrap" className={`ph-column-${column}`}>{_(TITLES[column])}</Th>
          ))}
          <Th screenReaderText={_("Actions")} modifier="nowrap" className="ph-column-actions" />
        </Tr>
      </Thead>
      {rows === null ? <SkeletonRows columns={columns} /> : <Rows rows={rows} several={several} {...shared} />}
    </Table>
  );
}

/** The view after a click on a column's head. */
function sorted(view: View, column: Column): Partial<View> {
  return { column, descending: column === view.column ? !view.descending : FIRST_DESCENDING[column] };
}

type RowsProps = Omit<MachineTableProps, "rows" | "view" | "stale" | "onView"> & { rows: readonly Row[] };

function Rows({ rows, activity, several, selection, placeOf, onShown, ...shared }: RowsProps) {
  const body = useRef<HTMLTableSectionElement>(null);
  const { first, end, rowHeight } = useWindow(rows.length, body);
  const shown = rows.slice(first, end);
  // The row that has the keyboard's focus stays drawn: focus, and a menu that is open, would be lost with it.
  const [focused, setFocused] = useState<string | null>(null);
  const pinned = focused === null ? -1 : rows.findIndex(([key]) => key === focused);
  const row = (index: number) => {
    const [key, domain] = rows[index] as Row;
    const { name, capabilities, enabled } = placeOf(key);
    return (
      <MachineRow
        key={key}
        domainKey={key}
        domain={domain}
        place={index + 1}
        connection={several ? name : undefined}
        capabilities={capabilities}
        enabled={enabled}
        selected={selection.has(key)}
        onSelect={selection.toggle}
        busy={activity.busy.get(key)}
        asked={activity.asked.get(key)}
        {...shared}
      />
    );
  };
  const keys = shown.map(([key]) => key).join("\n");
  useEffect(() => {
    // Not of what flies by.
    const timer = setTimeout(() => onShown(keys ? keys.split("\n") : []), SETTLED);
    return () => clearTimeout(timer);
  }, [keys, onShown]);
  return (
    <tbody
      className="pf-v6-c-table__tbody"
      role="rowgroup"
      ref={body}
      onFocus={({ target }) => setFocused(rows[placeIn(target) - 1]?.[0] ?? null)}
    >
      {placesDrawn(rows.length, first, end, pinned).map((part) =>
        typeof part === "number" ? row(part) : <Spacer key={`before ${part.end}`} height={(part.end - part.first) * rowHeight} />,
      )}
    </tbody>
  );
}

/** The place in the whole list of the row that an element is in, from 1; 0 for one in no row. */
function placeIn(element: Element): number {
  return Number(element.closest("tr")?.getAttribute("aria-rowindex") ?? 1) - 1;
}

/** Stands for the rows that are not drawn. */
function Spacer({ height }: { height: number }) {
  return height > 0 ? <tr aria-hidden="true" className="ph-spacer" style={{ blockSize: height }} /> : null;
}

/* As plain as the rows themselves: they are drawn while the first of those are on their way. */
function SkeletonRows({ columns }: { columns: readonly Column[] }) {
  return (
    <tbody className="pf-v6-c-table__tbody" role="rowgroup">
      {["60%", "45%", "70%", "50%", "65%"].map((width, index) => (
        <tr key={width} className="pf-v6-c-table__tr" role="row">
          <td {...cell("select")} />
          {columns.map((column) => (
            <td key={column} {...cell(column)} data-label={_(TITLES[column])}>
              <Skeleton width={column === "name" ? width : "70%"} screenreaderText={index === 0 && column === "name" ? _("Loading…") : ""} />
            </td>
          ))}
          <td {...cell("actions")} />
        </tr>
      ))}
    </tbody>
  );
}
