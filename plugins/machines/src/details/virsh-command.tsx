import { useState } from "react";
import { ClipboardCopy } from "@patternfly/react-core/dist/esm/components/ClipboardCopy";
import { ExpandableSection } from "@patternfly/react-core/dist/esm/components/ExpandableSection";
import { gettext as _, type JsonObject } from "../../../lib/cockpit";
import type { Machine } from "./model";
import { type Equivalent, useEquivalent } from "./use-equivalent";

interface VirshCommandProps {
  machine: Machine;
  method: string;
  params?: JsonObject;
}

/** What would do the same on the command line, to be copied. */
export function VirshCommand({ machine, method, params = {} }: VirshCommandProps) {
  const [open, setOpen] = useState(false);
  const told = useEquivalent(machine, method, params, open);
  return (
    <ExpandableSection className="ph-virsh" toggleText={_("Equivalent virsh command")} isExpanded={open} onToggle={(_event, next) => setOpen(next)}>
      <Commands told={told} label={_("Equivalent virsh command")} />
    </ExpandableSection>
  );
}

/** The commands, or why there are none. */
export function Commands({ told: { commands, reason }, label }: { told: Equivalent; label: string }) {
  if (reason) return <p className="ph-note">{reason}</p>;
  return commands?.map((line) => (
    <ClipboardCopy key={line} isReadOnly hoverTip={_("Copy")} clickTip={_("Copied")} textAriaLabel={label}>{line}</ClipboardCopy>
  ));
}
