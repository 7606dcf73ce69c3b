import { useState } from "react";
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { Masthead, MastheadBrand, MastheadContent, MastheadLogo, MastheadMain, MastheadToggle } from "@patternfly/react-core/dist/esm/components/Masthead";
import BarsIcon from "@patternfly/react-icons/dist/esm/icons/bars-icon";
import ServerIcon from "@patternfly/react-icons/dist/esm/icons/server-icon";

import { gettext as _ } from "../../lib/cockpit";
import { superuser } from "../../lib/superuser";
import { useAccess } from "./access";
import { AccessButton } from "./access-button";
import { AccessDialog } from "./access-dialog";
import { HelpMenu } from "./help-menu";
import type { Identity } from "./identity";
import { Helm } from "./logo";
import type { Link } from "./manifests";
import { rememberAccess } from "./next-login";
import { UserMenu } from "./user-menu";

interface Props {
  identity: Identity;
  isNavigationOpen: boolean;
  /** Code -> name in that language. */
  locales: Record<string, string>;
  /** What there is to read about the page. */
  docs: readonly Link[];
  home: string;
  onToggleNavigation(): void;
  onHome(): void;
  onAbout(): void;
}

export function TopBar({ identity, isNavigationOpen, locales, docs, home, onToggleNavigation, onHome, onAbout }: Props) {
  const { hostname, user } = identity;
  const access = useAccess();
  const [asking, setAsking] = useState(false);
  const ask = () => setAsking(true);
  return (
    <Masthead display={{ default: "inline" }}>
      <MastheadMain>
        <MastheadToggle>
          <Button
            id="navigation-toggle"
            variant="plain"
            icon={<BarsIcon />}
            aria-label={_("Navigation")}
            aria-expanded={isNavigationOpen}
            aria-controls="navigation"
            onClick={onToggleNavigation}
          />
        </MastheadToggle>
        <MastheadBrand>
          <MastheadLogo
            component="a"
            href={home}
            aria-label="Pilothouse"
            className="ph-brand"
            onClick={(event) => {
              event.preventDefault();
              onHome();
            }}
          >
            <Helm className="ph-helm" />
            <span>Pilothouse</span>
          </MastheadLogo>
        </MastheadBrand>
      </MastheadMain>
      <MastheadContent>
        <div className="ph-session">
          {hostname && (
            <span className="ph-hostname" title={hostname}>
              <ServerIcon aria-hidden /> <span>{hostname}</span>
            </span>
          )}
          <AccessButton access={access} onAsk={ask} />
          <HelpMenu docs={docs} onAbout={onAbout} />
          <UserMenu identity={identity} locales={locales} access={access} onAccess={ask} onAbout={onAbout} />
        </div>
        {asking && <AccessDialog superuser={superuser()} onChanged={(gained) => user && rememberAccess(user.name, gained)} onClose={() => setAsking(false)} />}
      </MastheadContent>
    </Masthead>
  );
}
