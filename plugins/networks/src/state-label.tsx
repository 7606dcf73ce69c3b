import { Label } from "@patternfly/react-core/dist/esm/components/Label";
import PlayIcon from "@patternfly/react-icons/dist/esm/icons/play-icon";
import PowerOffIcon from "@patternfly/react-icons/dist/esm/icons/power-off-icon";
import { gettext as _ } from "../../lib/cockpit";
import type { Network } from "./model";

/** Whether it runs, in words, colour and shape. */
export function StateLabel({ network: { active, persistent } }: { network: Network }) {
  return (
    <div>
      <Label isCompact color={active ? "green" : "grey"} icon={active ? <PlayIcon /> : <PowerOffIcon />}>{active ? _("Active") : _("Inactive")}</Label>
      {!persistent && <div className="ph-note">{_("temporary")}</div>}
    </div>
  );
}
