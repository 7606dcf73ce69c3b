import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { Label } from "@patternfly/react-core/dist/esm/components/Label";
import LockIcon from "@patternfly/react-icons/dist/esm/icons/lock-icon";
import ShieldAltIcon from "@patternfly/react-icons/dist/esm/icons/shield-alt-icon";

import { gettext as _ } from "../../lib/cockpit";
import type { Access } from "./access";

/** What one may do here, and the way to change it. */
export function AccessButton({ access, onAsk }: { access: Access; onAsk(): void }) {
  if (access === "unknown") return null;
  if (access === "root") return <Root />;
  const administrative = access === "administrative";
  return (
    <Button
      variant="secondary"
      size="sm"
      className="ph-access"
      icon={administrative ? <ShieldAltIcon /> : <LockIcon />}
      aria-haspopup="dialog"
      onClick={onAsk}
    >
      <span className="ph-access-text">{administrative ? _("Administrative access") : _("Limited access")}</span>
    </Button>
  );
}

function Root() {
  return (
    <Label color="orange" variant="outline" isCompact icon={<ShieldAltIcon />} title={_("Everything you do here is done with all rights on this machine.")}>
      <span className="ph-root-long">{_("Running as root")}</span>
      <span className="ph-root-short">{_("root")}</span>
    </Label>
  );
}
