import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { Label } from "@patternfly/react-core/dist/esm/components/Label";
import { Masthead, MastheadBrand, MastheadContent, MastheadLogo, MastheadMain, MastheadToggle } from "@patternfly/react-core/dist/esm/components/Masthead";
import BarsIcon from "@patternfly/react-icons/dist/esm/icons/bars-icon";
import ServerIcon from "@patternfly/react-icons/dist/esm/icons/server-icon";
import ShieldAltIcon from "@patternfly/react-icons/dist/esm/icons/shield-alt-icon";

import { gettext as _ } from "../../lib/cockpit";
import type { Identity } from "./identity";
import { Helm } from "./logo";
import { UserMenu } from "./user-menu";

interface Props {
  identity: Identity;
  isNavigationOpen: boolean;
  home: string;
  onToggleNavigation(): void;
  onHome(): void;
  onAbout(): void;
}

export function TopBar({ identity, isNavigationOpen, home, onToggleNavigation, onHome, onAbout }: Props) {
  const { user, hostname } = identity;
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
          {user?.id === 0 && (
            <Label color="orange" variant="outline" isCompact icon={<ShieldAltIcon />} title={_("Everything you do here is done with all rights on this machine.")}>
              <span className="ph-root-long">{_("Running as root")}</span>
              <span className="ph-root-short">{_("root")}</span>
            </Label>
          )}
          <UserMenu identity={identity} onAbout={onAbout} />
        </div>
      </MastheadContent>
    </Masthead>
  );
}
