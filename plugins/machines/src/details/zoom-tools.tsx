import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { Tooltip } from "@patternfly/react-core/dist/esm/components/Tooltip";
import AngleLeftIcon from "@patternfly/react-icons/dist/esm/icons/angle-left-icon";
import AngleRightIcon from "@patternfly/react-icons/dist/esm/icons/angle-right-icon";
import SearchMinusIcon from "@patternfly/react-icons/dist/esm/icons/search-minus-icon";
import SearchPlusIcon from "@patternfly/react-icons/dist/esm/icons/search-plus-icon";
import { format, gettext as _, language } from "../../../lib/cockpit";
import { type Range, closer, moved } from "./zoom";

interface ZoomToolsProps {
  /** What is shown; null for all of it. */
  range: Range | null;
  whole: Range;
  step: number;
  onRange(range: Range | null): void;
}

/** What dragging on a graph does, for whoever has no mouse, and the way back. */
export function ZoomTools({ range, whole, step, onRange }: ZoomToolsProps) {
  const clock = new Intl.DateTimeFormat(language().replace("_", "-"), { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });
  const time = (seconds: number) => clock.format(new Date(seconds * 1000));
  const tools = [
    { name: _("Zoom in"), icon: <SearchPlusIcon />, next: () => closer(range, whole, step) ?? range, off: false },
    { name: _("Earlier"), icon: <AngleLeftIcon />, next: () => range && moved(range, whole, step, -1), off: !range || range.from <= whole.from },
    { name: _("Later"), icon: <AngleRightIcon />, next: () => range && moved(range, whole, step, 1), off: !range || range.to >= whole.to },
    { name: _("Show all"), icon: <SearchMinusIcon />, next: () => null, off: !range },
  ];
  return (
    <div className="ph-zoom" role="group" aria-label={_("Zoom")}>
      {tools.map(({ name, icon, next, off }) => (
        <Tooltip key={name} content={name} aria="none">
          <Button variant="plain" size="sm" icon={icon} aria-label={name} isAriaDisabled={off} onClick={() => onRange(next())} />
        </Tooltip>
      ))}
      <span role="status" className="ph-note">{range && format(_("$0 to $1"), time(range.from), time(range.to))}</span>
    </div>
  );
}
