import { Button, type ButtonProps } from "@patternfly/react-core/dist/esm/components/Button";
import { DropdownItem } from "@patternfly/react-core/dist/esm/components/Dropdown";
import { Tooltip } from "@patternfly/react-core/dist/esm/components/Tooltip";
import { format, gettext as _ } from "../../lib/cockpit";
import type { Action, Offer } from "./actions";

interface ActionButtonProps {
  offer: Offer | null;
  busy: Action | undefined;
  /** The machine's. */
  name: string;
  /** False while nobody is there to act. */
  enabled: boolean;
  /** Said of it while it can be used. */
  note?: string;
  look: Pick<ButtonProps, "variant" | "size">;
  onAction(action: Action): void;
}

/**
 * One button for what can be done, what is being done, and what can be done then: it keeps the keyboard's focus. So the second
 * click of a double click, and a key held down, must not count: they would stop what the first has started.
 */
export function ActionButton({ offer, busy, name, enabled, note = "", look, onAction }: ActionButtonProps) {
  if (!offer && !busy) return null;
  const refused = busy ? undefined : offer?.refused;
  const tip = refused ?? note;
  const button = (
    <Button
      {...look}
      isLoading={busy !== undefined}
      spinnerAriaLabel={_("Please wait")}
      isDisabled={!enabled}
      isAriaDisabled={busy !== undefined || refused !== undefined}
      aria-label={!busy && offer ? format(_(offer.action.labelFor), name) : undefined}
      onKeyDown={(event) => event.repeat && event.preventDefault()}
      onClick={(event) => event.detail <= 1 && offer && onAction(offer.action)}
    >
      {busy ? _(busy.busy) : offer && _(offer.action.label)}
    </Button>
  );
  return tip ? <Tooltip content={tip}>{button}</Tooltip> : button;
}

/** An action in a menu; one that is refused says why. */
export function ActionItem({ offer: { action, refused }, onAction }: { offer: Offer; onAction(action: Action): void }) {
  return (
    <DropdownItem
      value={action.method}
      isDanger={action.danger ?? false}
      isAriaDisabled={refused !== undefined}
      description={refused}
      onClick={() => onAction(action)}
    >
      {_(action.label)}
    </DropdownItem>
  );
}
