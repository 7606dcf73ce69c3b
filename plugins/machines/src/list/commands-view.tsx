import { useState } from "react";
import { Alert } from "@patternfly/react-core/dist/esm/components/Alert";
import { ClipboardCopy, ClipboardCopyVariant } from "@patternfly/react-core/dist/esm/components/ClipboardCopy";
import { ExpandableSection } from "@patternfly/react-core/dist/esm/components/ExpandableSection";
import { Spinner } from "@patternfly/react-core/dist/esm/components/Spinner";
import { gettext as _ } from "../../../lib/cockpit";
import { shellText } from "../details/shell-words";

/** Asks for the virsh commands, each as the words of its argv. */
export type AskCommands = () => Promise<readonly (readonly string[])[]>;

/** "Show the equivalent virsh command": asked for when it is opened, shown to be copied, never run. */
export function CommandsView({ ask }: { ask: AskCommands }) {
  const [open, setOpen] = useState(false);
  const [told, setTold] = useState<string | Error | null>(null);
  const toggle = (next: boolean) => {
    setOpen(next);
    if (!next || told !== null) return;
    ask().then(
      (commands) => setTold(commands.map(shellText).join("\n")),
      (error: unknown) => setTold(error instanceof Error ? error : new Error(String(error))),
    );
  };
  return (
    <ExpandableSection
      toggleText={open ? _("Hide the virsh commands") : _("Show the equivalent virsh commands")}
      isExpanded={open}
      onToggle={(_event, next) => toggle(next)}
    >
      {open && <Told told={told} />}
    </ExpandableSection>
  );
}

function Told({ told }: { told: string | Error | null }) {
  if (told === null) return <Spinner size="md" aria-label={_("Please wait")} />;
  if (told instanceof Error) return <Alert variant="warning" isInline isPlain title={told.message} />;
  return (
    <ClipboardCopy
      className="ph-commands"
      isReadOnly
      isCode
      isExpanded
      variant={ClipboardCopyVariant.expansion}
      hoverTip={_("Copy")}
      clickTip={_("Copied")}
      textAriaLabel={_("virsh commands")}
      toggleAriaLabel={_("Show all of it")}
    >
      {told}
    </ClipboardCopy>
  );
}
