import { useState } from "react";
import { Alert } from "@patternfly/react-core/dist/esm/components/Alert";
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { ToggleGroup, ToggleGroupItem } from "@patternfly/react-core/dist/esm/components/ToggleGroup";
import { Tooltip } from "@patternfly/react-core/dist/esm/components/Tooltip";
import { gettext as _ } from "../../../lib/cockpit";
import { lookOf } from "../states";
import { refusal } from "../../../lib/libvirt/model";
import { type Machine } from "./model";
import { XmlText } from "../../../lib/libvirt/xml-text";
import { XmlDiff } from "./xml-diff";
import { XmlEditor } from "./xml-editor";

type View = "live" | "stored" | "difference";

/** The machine's XML: what runs, what is stored, how the two differ; the stored one can be edited. */
export function XmlTab({ machine }: { machine: Machine }) {
  const { backend, id, domain, followed } = machine;
  const live = lookOf(domain.state).live;
  const [view, setView] = useState<View>(live ? "live" : "stored");
  const [edited, setEdited] = useState<string | null>(null);
  const [failure, setFailure] = useState("");
  const stored = followed?.inactive_xml ?? followed?.xml ?? "";
  const shown = !live ? "stored" : !domain.persistent ? "live" : view;
  if (!followed) return null;
  if (edited !== null) return <XmlEditor machine={machine} original={edited} onClose={() => setEdited(null)} />;

  const refused = domain.persistent ? refusal(machine, "domain_define") : _("A temporary machine has no stored definition.");
  const edit = async () => {
    setFailure("");
    try {
      setEdited(await backend.call<string>("domain_definition", { key: id }));
    } catch (error) {
      setFailure(error instanceof Error ? error.message : String(error));
    }
  };
  const editButton = <Button variant="secondary" isAriaDisabled={refused !== undefined} onClick={() => void edit()}>{_("Edit")}</Button>;
  return (
    <>
      <div className="ph-tab-tools">
        {live && domain.persistent && (
          <ToggleGroup aria-label={_("Which XML")} isCompact>
            <ToggleGroupItem text={_("Running")} buttonId="xml-live" isSelected={shown === "live"} onChange={() => setView("live")} />
            <ToggleGroupItem text={_("Stored")} buttonId="xml-stored" isSelected={shown === "stored"} onChange={() => setView("stored")} />
            <ToggleGroupItem text={_("Difference")} buttonId="xml-difference" isSelected={shown === "difference"} onChange={() => setView("difference")} />
          </ToggleGroup>
        )}
        {refused ? <Tooltip content={refused}>{editButton}</Tooltip> : editButton}
      </div>
      {failure && <Alert variant="danger" isInline isLiveRegion component="h2" title={failure} />}
      <p className="ph-note">{explanation(shown, live)}</p>
      {shown === "difference" ? <XmlDiff before={followed.xml} after={stored} /> : <XmlText text={shown === "live" ? followed.xml : stored} />}
    </>
  );
}

function explanation(shown: View, live: boolean): string {
  if (shown === "live") return _("What runs now, with what libvirt filled in at the start. It ends with the machine.");
  if (shown === "difference") return _("From what runs to what is stored. Much of it libvirt fills in at every start; what really waits for a restart is told above.");
  return live ? _("What the next start will use. Changing it does not touch what runs.") : _("What the next start will use.");
}
