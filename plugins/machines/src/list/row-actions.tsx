import { useState } from "react";
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { Divider } from "@patternfly/react-core/dist/esm/components/Divider";
import { Dropdown, DropdownItem, DropdownList } from "@patternfly/react-core/dist/esm/components/Dropdown";
import { MenuToggle } from "@patternfly/react-core/dist/esm/components/MenuToggle";
import { Tooltip } from "@patternfly/react-core/dist/esm/components/Tooltip";
import EllipsisVIcon from "@patternfly/react-icons/dist/esm/icons/ellipsis-v-icon";
import { format, gettext as _ } from "../../../lib/cockpit";
import { type Action, type Offer, offers } from "../actions";
import type { Capabilities, Domain } from "../model";

interface RowActionsProps {
  domain: Domain;
  capabilities: Capabilities;
  busy: Action | undefined;
  /** False while nobody is there to act. */
  enabled: boolean;
  onAction(action: Action): void;
  /** What the menu has besides actions. */
  extras: readonly Extra[];
}

export interface Extra {
  readonly label: string;
  onClick(): void;
}

/** The action most wanted in this state as a button, the others in a menu. */
export function RowActions({ domain, capabilities, busy, enabled, onAction, extras }: RowActionsProps) {
  const { primary, others } = offers(domain, capabilities);
  return (
    <div className="ph-actions">
      <MainButton offer={primary} busy={busy} name={domain.name} enabled={enabled} onAction={onAction} />
      <ActionMenu offers={others} name={domain.name} enabled={enabled && !busy} onAction={onAction} extras={extras} />
    </div>
  );
}

interface MainButtonProps {
  offer: Offer | null;
  busy: Action | undefined;
  name: string;
  enabled: boolean;
  onAction(action: Action): void;
}

/**
 * One button for what can be done, what is being done, and what can be done then: it keeps the keyboard's focus. So the second
 * click of a double click, and a key held down, must not count: they would stop what the first has started.
 */
function MainButton({ offer, busy, name, enabled, onAction }: MainButtonProps) {
  if (!offer && !busy) return null;
  const refused = busy ? undefined : offer?.refused;
  const button = (
    <Button
      variant="secondary"
      size="sm"
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
  return refused === undefined ? button : <Tooltip content={refused}>{button}</Tooltip>;
}

interface ActionMenuProps {
  offers: readonly Offer[];
  name: string;
  enabled: boolean;
  onAction(action: Action): void;
  extras: readonly Extra[];
}

function ActionMenu({ offers: items, name, enabled, onAction, extras }: ActionMenuProps) {
  const [open, setOpen] = useState(false);
  const harmless = items.filter(({ action }) => !action.danger);
  const dangerous = items.filter(({ action }) => action.danger);
  const item = ({ action, refused }: Offer) => (
    <DropdownItem
      key={action.method}
      value={action.method}
      isDanger={action.danger ?? false}
      isAriaDisabled={refused !== undefined}
      description={refused}
      onClick={() => onAction(action)}
    >
      {_(action.label)}
    </DropdownItem>
  );
  return (
    <Dropdown
      isOpen={open && enabled}
      onOpenChange={setOpen}
      onSelect={() => setOpen(false)}
      shouldFocusToggleOnSelect
      popperProps={{ position: "right", appendTo: () => document.body }}
      toggle={(toggleRef) => (
        <MenuToggle
          ref={toggleRef}
          variant="plain"
          size="sm"
          icon={<EllipsisVIcon />}
          isExpanded={open && enabled}
          isDisabled={!enabled}
          aria-label={format(_("Actions for $0"), name)}
          onClick={() => setOpen(!open)}
        />
      )}
    >
      <DropdownList>
        {harmless.map(item)}
        {harmless.length > 0 && dangerous.length > 0 && <Divider component="li" key="divider" />}
        {dangerous.map(item)}
        {items.length > 0 && <Divider component="li" key="extras" />}
        {extras.map(({ label, onClick }) => <DropdownItem key={label} value={label} onClick={onClick}>{label}</DropdownItem>)}
      </DropdownList>
    </Dropdown>
  );
}
