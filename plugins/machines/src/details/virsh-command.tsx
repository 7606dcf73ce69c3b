import { ClipboardCopy } from "@patternfly/react-core/dist/esm/components/ClipboardCopy";
import { ExpandableSection } from "@patternfly/react-core/dist/esm/components/ExpandableSection";
import { gettext as _, type JsonObject } from "../../../lib/cockpit";
import { virshText } from "./virsh";

interface VirshCommandProps {
  uri: string;
  method: string;
  id: string;
  params?: JsonObject;
}

/** What would do the same on the command line, to be copied. */
export function VirshCommand({ uri, method, id, params }: VirshCommandProps) {
  const text = virshText(uri, method, id, params);
  if (!text) return null;
  return (
    <ExpandableSection className="ph-virsh" toggleText={_("Equivalent virsh command")}>
      {text.split("\n").map((line) => (
        <ClipboardCopy
          key={line}
          isReadOnly
          hoverTip={_("Copy")}
          clickTip={_("Copied")}
          textAriaLabel={_("Equivalent virsh command")}
          toggleAriaLabel={_("Show the whole command")}
        >
          {line}
        </ClipboardCopy>
      ))}
    </ExpandableSection>
  );
}
