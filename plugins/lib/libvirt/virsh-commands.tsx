/** "Show the equivalent virsh command": the back end tells it, it is shown to be copied, and never run by us. */

import { useEffect, useRef, useState } from "react";
import { ClipboardCopy, ClipboardCopyVariant } from "@patternfly/react-core/dist/esm/components/ClipboardCopy";
import { ExpandableSection } from "@patternfly/react-core/dist/esm/components/ExpandableSection";
import { Spinner } from "@patternfly/react-core/dist/esm/components/Spinner";
import type { JsonObject } from "../merge";
import { gettext as _ } from "../cockpit";
import { shellText } from "./shell-words";

/** Asks for commands, each as the words of its argv. */
export type AskCommands = () => Promise<readonly (readonly string[])[]>;

interface Told {
  /** One a line; null until they are told. */
  readonly text: string | null;
  /** Why there are none. */
  readonly reason: string;
}

const UNTOLD: Told = { text: null, reason: "" };
/** Milliseconds of quiet after which what is typed in is asked about. */
const SETTLED = 300;

/** Who can be asked for the commands of a method. */
export interface Askable {
  call<T>(method: string, params: JsonObject): Promise<T>;
}

/** The question what does the same as a method with these parameters, the object's key among them. */
export function commandsOf(backend: Askable, method: string, params: JsonObject): AskCommands {
  return () => backend.call<string[][]>("equivalent", { action: method, params });
}

interface VirshCommandsProps {
  ask: AskCommands;
  /** What is asked for: it is asked anew when this changes. */
  asked?: string;
}

/** The commands in a section that is closed at first; they are asked for while it is open. */
export function VirshCommands({ ask, asked = "" }: VirshCommandsProps) {
  const [open, setOpen] = useState(false);
  return (
    <ExpandableSection className="ph-virsh" toggleText={_("Equivalent virsh command")} isExpanded={open} onToggle={(_event, next) => setOpen(next)}>
      {open && <Commands ask={ask} asked={asked} label={_("Equivalent virsh command")} />}
    </ExpandableSection>
  );
}

/** The commands, or why there are none. */
export function Commands({ ask, asked = "", label }: VirshCommandsProps & { label: string }) {
  const { text, reason } = useCommands(ask, asked);
  if (reason) return <p className="ph-note">{reason}</p>;
  if (text === null) return <Spinner size="md" aria-label={_("Please wait")} />;
  const several = text.includes("\n") && ({ isCode: true, isExpanded: true, variant: ClipboardCopyVariant.expansion } as const);
  return (
    <ClipboardCopy
      key={text}
      className="ph-command-text"
      isReadOnly
      hoverTip={_("Copy")}
      clickTip={_("Copied")}
      textAriaLabel={label}
      toggleAriaLabel={_("Show all of it")}
      {...several}
    >
      {text}
    </ClipboardCopy>
  );
}

function useCommands(ask: AskCommands, asked: string): Told {
  const [told, setTold] = useState(UNTOLD);
  const latest = useRef(ask);
  latest.current = ask;
  const quiet = useRef(0);
  useEffect(() => {
    let current = true;
    const timer = setTimeout(
      () =>
        latest.current().then(
          (commands) => current && setTold({ text: commands.map(shellText).join("\n"), reason: "" }),
          (error: unknown) => current && setTold({ text: null, reason: error instanceof Error ? error.message : String(error) }),
        ),
      quiet.current,
    );
    quiet.current = SETTLED;
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [asked]);
  return told;
}
