import { useState, useSyncExternalStore } from "react";
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { Label } from "@patternfly/react-core/dist/esm/components/Label";
import LockIcon from "@patternfly/react-icons/dist/esm/icons/lock-icon";
import ShieldAltIcon from "@patternfly/react-icons/dist/esm/icons/shield-alt-icon";

import { gettext as _ } from "../../lib/cockpit";
import { isAdministrative, superuser } from "../../lib/superuser";
import { AccessDialog } from "./access-dialog";
import { rememberAccess } from "./next-login";

/** What one may do here, and the way to change it. */
export function AccessButton({ user }: { user: string | null }) {
  const followed = superuser();
  const access = useSyncExternalStore(followed.subscribe, followed.getSnapshot);
  const [asking, setAsking] = useState(false);
  if (access.current === null) return null;
  if (access.current === "root") return <Root />;
  const administrative = isAdministrative(access) === true;
  return (
    <>
      <Button
        variant="secondary"
        size="sm"
        className="ph-access"
        icon={administrative ? <ShieldAltIcon /> : <LockIcon />}
        aria-haspopup="dialog"
        onClick={() => setAsking(true)}
      >
        <span className="ph-access-text">{administrative ? _("Administrative access") : _("Limited access")}</span>
      </Button>
      {asking && <AccessDialog superuser={followed} onChanged={(gained) => user && rememberAccess(user, gained)} onClose={() => setAsking(false)} />}
    </>
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
