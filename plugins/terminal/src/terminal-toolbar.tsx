import type { RefObject } from "react";
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { Switch } from "@patternfly/react-core/dist/esm/components/Switch";
import MinusIcon from "@patternfly/react-icons/dist/esm/icons/minus-icon";
import PlusIcon from "@patternfly/react-icons/dist/esm/icons/plus-icon";
import { format, gettext as _ } from "../../lib/cockpit";
import { LARGEST, SMALLEST, type Settings } from "./settings";

interface TerminalToolbarProps {
  settings: Settings;
  resetButton: RefObject<HTMLButtonElement | null>;
  onChange(part: Partial<Settings>): void;
  onReset(): void;
}

export function TerminalToolbar({ settings: { fontSize, screenReader }, resetButton, onChange, onReset }: TerminalToolbarProps) {
  return (
    <div className="ph-tools" role="group" aria-label={_("Terminal settings")}>
      <Button variant="secondary" size="sm" ref={resetButton} onClick={onReset}>{_("Reset")}</Button>
      <span className="ph-font-size" role="group" aria-label={_("Font size")}>
        <Button
          variant="plain"
          size="sm"
          icon={<MinusIcon />}
          aria-label={_("Smaller text")}
          isDisabled={fontSize <= SMALLEST}
          onClick={() => onChange({ fontSize: fontSize - 1 })}
        />
        <span role="status">{format(_("$0 px"), fontSize)}</span>
        <Button
          variant="plain"
          size="sm"
          icon={<PlusIcon />}
          aria-label={_("Larger text")}
          isDisabled={fontSize >= LARGEST}
          onClick={() => onChange({ fontSize: fontSize + 1 })}
        />
      </span>
      <Switch
        id="screen-reader"
        label={_("Screen reader")}
        isChecked={screenReader}
        onChange={(_event, checked) => onChange({ screenReader: checked })}
      />
    </div>
  );
}
