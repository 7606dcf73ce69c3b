import { Divider } from "@patternfly/react-core/dist/esm/components/Divider";
import { DropdownItem } from "@patternfly/react-core/dist/esm/components/Dropdown";
import { ActionsDropdown } from "../../../lib/libvirt/actions-dropdown";
import type { Capabilities } from "../../../lib/libvirt/model";
import { ActionButton, ActionItem } from "../action-controls";
import { type Action, type Offer, offers } from "../actions";
import type { Domain } from "../model";

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
      <ActionButton offer={primary} busy={busy} name={domain.name} enabled={enabled} look={{ variant: "secondary", size: "sm" }} onAction={onAction} />
      <ActionMenu offers={others} name={domain.name} enabled={enabled && !busy} onAction={onAction} extras={extras} />
    </div>
  );
}

interface ActionMenuProps {
  offers: readonly Offer[];
  name: string;
  enabled: boolean;
  onAction(action: Action): void;
  extras: readonly Extra[];
}

function ActionMenu({ offers: items, name, enabled, onAction, extras }: ActionMenuProps) {
  const harmless = items.filter(({ action }) => !action.danger);
  const dangerous = items.filter(({ action }) => action.danger);
  const item = (offer: Offer) => <ActionItem key={offer.action.method} offer={offer} onAction={onAction} />;
  return (
    <ActionsDropdown name={name} enabled={enabled}>
      {harmless.map(item)}
      {harmless.length > 0 && dangerous.length > 0 && <Divider component="li" key="divider" />}
      {dangerous.map(item)}
      {items.length > 0 && <Divider component="li" key="extras" />}
      {extras.map(({ label, onClick }) => <DropdownItem key={label} value={label} onClick={onClick}>{label}</DropdownItem>)}
    </ActionsDropdown>
  );
}
