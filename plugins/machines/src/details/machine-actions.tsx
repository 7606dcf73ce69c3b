import { type ComponentType, useState } from "react";
import { Divider } from "@patternfly/react-core/dist/esm/components/Divider";
import { DropdownItem } from "@patternfly/react-core/dist/esm/components/Dropdown";
import { gettext as _, N_ } from "../../../lib/cockpit";
import { ActionsDropdown } from "../../../lib/libvirt/actions-dropdown";
import { refusal } from "../../../lib/libvirt/model";
import type { ActionRunner } from "../action-runner";
import { ActionButton, ActionItem } from "../action-controls";
import type { Action, Offer } from "../actions";
import { ConfirmDialog, type Question } from "../confirm-dialog";
import { lookOf } from "../states";
import { CloneDialog } from "./clone-dialog";
import { MachineCommands } from "./machine-commands";
import { DeleteDialog } from "./delete-dialog";
import { KeysDialog } from "./keys-dialog";
import { type Machine } from "./model";
import { machineOffers, startNote } from "./operations";
import { RenameDialog } from "./rename-dialog";
import { VirshCommand } from "./virsh-command";

interface MachineActionsProps {
  machine: Machine;
  runner: ActionRunner;
  busy: Action | undefined;
}

type OpenDialog = keyof typeof DIALOGS | null;

interface DialogEntry {
  label: string;
  Dialog: ComponentType<{ machine: Machine; onClose(): void }>;
  /** Also the capability that it needs. */
  method?: string;
  /** Why not, in this state. */
  hindrance?(machine: Machine): string;
  danger?: boolean;
}

const onlyOff = ({ domain }: Machine) => (lookOf(domain.state).live ? _("It has to be shut off first.") : "");
const onlyRunning = ({ domain }: Machine) => (lookOf(domain.state).live ? "" : _("It does not run."));

/** What asks for more than yes or no. */
const DIALOGS = {
  keys: { label: N_("Send keys…"), Dialog: KeysDialog, method: "domain_send_keys", hindrance: onlyRunning },
  rename: { label: N_("Rename…"), Dialog: RenameDialog, method: "domain_rename", hindrance: onlyOff },
  clone: { label: N_("Clone…"), Dialog: CloneDialog, method: "domain_clone", hindrance: onlyOff },
  commands: { label: N_("Show virsh commands"), Dialog: MachineCommands },
  delete: { label: N_("Delete…"), Dialog: DeleteDialog, method: "domain_delete", danger: true },
} satisfies Record<string, DialogEntry>;

/** The action most wanted as a button, all others in a menu, and the dialogs that they need. */
export function MachineActions({ machine, runner, busy }: MachineActionsProps) {
  const { id, domain, capabilities, enabled } = machine;
  const [question, setQuestion] = useState<Question | null>(null);
  const [dialog, setDialog] = useState<OpenDialog>(null);
  const { primary, others } = machineOffers(domain, capabilities);
  const Dialog = dialog && DIALOGS[dialog].Dialog;
  const act = (action: Action) => {
    if (action.loss(domain) === undefined) void runner.run(id, domain, action);
    else setQuestion({ key: id, action });
  };
  return (
    <div className="ph-machine-actions">
      <ActionButton
        offer={primary}
        busy={busy}
        name={domain.name}
        note={primary?.action.method === "domain_start" ? startNote(domain) : ""}
        enabled={enabled}
        look={{ variant: "primary" }}
        onAction={act}
      />
      <ActionsMenu machine={machine} offers={others} enabled={enabled && !busy} onAction={act} onDialog={setDialog} />
      <ConfirmDialog
        question={question}
        domain={domain}
        onConfirm={(asked, { action }) => void runner.run(id, asked, action)}
        onClose={() => setQuestion(null)}
      >
        {question && <VirshCommand machine={machine} method={question.action.method} />}
      </ConfirmDialog>
      {Dialog && <Dialog machine={machine} onClose={() => setDialog(null)} />}
    </div>
  );
}

interface ActionsMenuProps {
  machine: Machine;
  offers: readonly Offer[];
  enabled: boolean;
  onAction(action: Action): void;
  onDialog(dialog: OpenDialog): void;
}

function ActionsMenu({ machine, offers, enabled, onAction, onDialog }: ActionsMenuProps) {
  const item = (offer: Offer) => <ActionItem key={offer.action.method} offer={offer} onAction={onAction} />;
  const dialogItem = (name: keyof typeof DIALOGS) => {
    const { label, method, hindrance, danger }: DialogEntry = DIALOGS[name];
    const refused = (method && refusal(machine, method)) ?? hindrance?.(machine);
    return (
      <DropdownItem
        key={name}
        value={name}
        isDanger={danger ?? false}
        isAriaDisabled={Boolean(refused)}
        description={refused || undefined}
        onClick={() => onDialog(name)}
      >
        {_(label)}
      </DropdownItem>
    );
  };
  return (
    <ActionsDropdown enabled={enabled} isScrollable>
      {offers.filter(({ action }) => !action.danger).map(item)}
      {offers.some(({ action }) => !action.danger) && <Divider component="li" key="dialogs" />}
      {(["keys", "rename", "clone", "commands"] as const).map(dialogItem)}
      <Divider component="li" key="danger" />
      {offers.filter(({ action }) => action.danger).map(item)}
      {dialogItem("delete")}
    </ActionsDropdown>
  );
}
