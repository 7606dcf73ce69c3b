import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { FormSelect, FormSelectOption } from "@patternfly/react-core/dist/esm/components/FormSelect";
import { SearchInput } from "@patternfly/react-core/dist/esm/components/SearchInput";
import { ToggleGroup, ToggleGroupItem } from "@patternfly/react-core/dist/esm/components/ToggleGroup";
import { Toolbar, ToolbarContent, ToolbarItem } from "@patternfly/react-core/dist/esm/components/Toolbar";
import ListIcon from "@patternfly/react-icons/dist/esm/icons/list-icon";
import SortAmountDownAltIcon from "@patternfly/react-icons/dist/esm/icons/sort-amount-down-alt-icon";
import SortAmountDownIcon from "@patternfly/react-icons/dist/esm/icons/sort-amount-down-icon";
import ThLargeIcon from "@patternfly/react-icons/dist/esm/icons/th-large-icon";
import { format, gettext as _, ngettext } from "../../../lib/cockpit";
import { lookOf } from "../states";
import { TITLES } from "./machine-table";
import { COLUMNS, type Column, FIRST_DESCENDING, type View } from "./view";

interface MachinesToolbarProps {
  view: View;
  counts: readonly (readonly [state: string, count: number])[];
  tags: readonly string[];
  /** The names of the connections. */
  connections: readonly string[];
  total: number;
  shown: number;
  onView(part: Partial<View>): void;
}

/** The filters, and how many machines they leave. */
export function MachinesToolbar({ view, counts, tags, connections, total, shown, onView }: MachinesToolbarProps) {
  const states = view.state && !counts.some(([state]) => state === view.state) ? [...counts, [view.state, 0] as const] : counts;
  const choice = (state: string, text: string, count: number) => (
    <ToggleGroupItem
      key={state}
      text={<>{text} <span className="ph-count">{count}</span></>}
      buttonId={`state-${state.replaceAll(" ", "-") || "all"}`}
      isSelected={view.state === state}
      onChange={() => onView({ state })}
    />
  );
  return (
    <Toolbar inset={{ default: "insetNone" }} className="ph-toolbar">
      <ToolbarContent>
        <ToolbarItem className="ph-search">
          <SearchInput
            aria-label={_("Filter by name, title, tag or address")}
            placeholder={_("Filter by name, title, tag or address")}
            value={view.text}
            onChange={(_event, text) => onView({ text })}
            onClear={() => onView({ text: "" })}
            resetButtonLabel={_("Clear the filter")}
          />
        </ToolbarItem>
        {states.length > 1 && (
          <ToolbarItem>
            <ToggleGroup aria-label={_("Filter by state")} className="ph-states">
              {choice("", _("All"), total)}
              {states.map(([state, count]) => choice(state, _(lookOf(state).label), count))}
            </ToggleGroup>
          </ToolbarItem>
        )}
        <OneOf label={_("Filter by tag")} all={_("All tags")} values={tags} value={view.tag} onChange={(tag) => onView({ tag })} />
        {(connections.length > 1 || view.connection) && (
          <OneOf
            label={_("Filter by connection")}
            all={_("All connections")}
            values={connections}
            value={view.connection}
            onChange={(connection) => onView({ connection })}
          />
        )}
        <ToolbarItem>
          <ToggleGroup aria-label={_("Show as")}>
            <ToggleGroupItem
              buttonId="as-table"
              aria-label={_("Table")}
              icon={<ListIcon />}
              isSelected={!view.pictures}
              onChange={() => onView({ pictures: false })}
            />
            <ToggleGroupItem
              buttonId="as-screens"
              aria-label={_("Screens")}
              icon={<ThLargeIcon />}
              isSelected={view.pictures}
              onChange={() => onView({ pictures: true })}
            />
          </ToggleGroup>
        </ToolbarItem>
        <ToolbarItem className={view.pictures ? "ph-sort ph-shown" : "ph-sort"}>
          <SortControl view={view} onView={onView} />
        </ToolbarItem>
        <ToolbarItem align={{ default: "alignEnd" }} alignSelf="center">
          <span role="status" className="ph-total">{countText(shown, total)}</span>
        </ToolbarItem>
      </ToolbarContent>
    </Toolbar>
  );
}

interface OneOfProps {
  label: string;
  all: string;
  values: readonly string[];
  value: string;
  onChange(value: string): void;
}

/** A choice of one of some values; nothing where there is none to choose. A value of the address that nothing has is still said. */
function OneOf({ label, all, values, value, onChange }: OneOfProps) {
  if (values.length === 0 && !value) return null;
  const offered = value && !values.includes(value) ? [...values, value] : values;
  return (
    <ToolbarItem>
      <FormSelect className="ph-choice" aria-label={label} value={value} onChange={(_event, chosen) => onChange(chosen)}>
        <FormSelectOption value="" label={all} />
        {offered.map((each) => <FormSelectOption key={each} value={each} label={each} />)}
      </FormSelect>
    </ToolbarItem>
  );
}

/** What the heads of the columns do, for where there are none. */
function SortControl({ view, onView }: Pick<MachinesToolbarProps, "view" | "onView">) {
  const choose = (value: string) => {
    const column = value as Column;
    onView({ column, descending: FIRST_DESCENDING[column] });
  };
  return (
    <>
      <FormSelect className="ph-choice" aria-label={_("Sort by")} value={view.column} onChange={(_event, value) => choose(value)}>
        {COLUMNS.map((column) => <FormSelectOption key={column} value={column} label={_(TITLES[column])} />)}
      </FormSelect>
      <Button
        variant="control"
        aria-label={view.descending ? _("Sorted downwards; sort upwards") : _("Sorted upwards; sort downwards")}
        icon={view.descending ? <SortAmountDownIcon /> : <SortAmountDownAltIcon />}
        onClick={() => onView({ descending: !view.descending })}
      />
    </>
  );
}

/** Nothing while none is known: a page without machines has no toolbar. */
function countText(shown: number, total: number): string {
  if (total === 0) return "";
  if (shown !== total) return format(ngettext("$0 of $1 machine", "$0 of $1 machines", total), shown, total);
  return format(ngettext("$0 machine", "$0 machines", total), total);
}
