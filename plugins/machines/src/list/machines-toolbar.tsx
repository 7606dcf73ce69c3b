import { SearchInput } from "@patternfly/react-core/dist/esm/components/SearchInput";
import { ToggleGroup, ToggleGroupItem } from "@patternfly/react-core/dist/esm/components/ToggleGroup";
import { Toolbar, ToolbarContent, ToolbarItem } from "@patternfly/react-core/dist/esm/components/Toolbar";
import { format, gettext as _, ngettext } from "../../../lib/cockpit";
import { lookOf } from "../states";
import type { View } from "./view";

interface MachinesToolbarProps {
  view: View;
  counts: readonly (readonly [state: string, count: number])[];
  total: number;
  shown: number;
  onView(part: Partial<View>): void;
}

/** The filters, and how many machines they leave. */
export function MachinesToolbar({ view, counts, total, shown, onView }: MachinesToolbarProps) {
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
            aria-label={_("Filter by name or title")}
            placeholder={_("Filter by name or title")}
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
        <ToolbarItem align={{ default: "alignEnd" }} alignSelf="center">
          <span role="status" className="ph-total">{countText(shown, total)}</span>
        </ToolbarItem>
      </ToolbarContent>
    </Toolbar>
  );
}

function countText(shown: number, total: number): string {
  if (shown !== total) return format(ngettext("$0 of $1 machine", "$0 of $1 machines", total), shown, total);
  return format(ngettext("$0 machine", "$0 machines", total), total);
}
