import { useSyncExternalStore } from "react";
import { Divider } from "@patternfly/react-core/dist/esm/components/Divider";
import { DropdownGroup, DropdownItem, DropdownList } from "@patternfly/react-core/dist/esm/components/Dropdown";
import AdjustIcon from "@patternfly/react-icons/dist/esm/icons/adjust-icon";
import MoonIcon from "@patternfly/react-icons/dist/esm/icons/moon-icon";
import SunIcon from "@patternfly/react-icons/dist/esm/icons/sun-icon";
import UserIcon from "@patternfly/react-icons/dist/esm/icons/user-icon";

import { format, gettext as _, language, logout } from "../../lib/cockpit";
import { chooseLanguage } from "../../lib/language";
import { chooseStyle, chosenStyle, onThemeChange, type Style } from "../../lib/theme";
import type { Access } from "./access";
import type { Identity } from "./identity";
import { TopMenu } from "./top-menu";

const styles = (): { style: Style; label: string; icon: React.ReactNode }[] => [
  { style: "auto", label: _("As the system"), icon: <AdjustIcon /> },
  { style: "light", label: _("Light"), icon: <SunIcon /> },
  { style: "dark", label: _("Dark"), icon: <MoonIcon /> },
];

interface Props {
  identity: Identity;
  /** Code -> name in that language. */
  locales: Record<string, string>;
  access: Access;
  onAccess(): void;
  onAbout(): void;
}

export function UserMenu({ identity, locales, access, onAccess, onAbout }: Props) {
  const chosen = useSyncExternalStore(onThemeChange, chosenStyle);
  const { user } = identity;
  return (
    <TopMenu
      label={user ? format(_("Session of $0"), user.name) : _("Session")}
      toggle={{ variant: "plainText", icon: <UserIcon /> }}
      text={<span className="ph-user">{user?.name}</span>}
    >
      <DropdownGroup label={_("Theme")} labelHeadingLevel="h2">
        <DropdownList aria-label={_("Theme")}>
          {styles().map(({ style, label, icon }) => (
            <DropdownItem key={style} icon={icon} isSelected={chosen === style} onClick={() => chooseStyle(style)}>
              {label}
              {chosen === style && <span className="pf-v6-screen-reader"> {_("(chosen)")}</span>}
            </DropdownItem>
          ))}
        </DropdownList>
      </DropdownGroup>
      <Divider />
      <DropdownGroup label={_("Language")} labelHeadingLevel="h2">
        <DropdownList aria-label={_("Language")}>
          {Object.entries(locales).map(([code, name]) => (
            <DropdownItem key={code} lang={code} isSelected={language() === code} onClick={() => chooseLanguage(code)}>
              {name}
              {language() === code && <span className="pf-v6-screen-reader"> {_("(chosen)")}</span>}
            </DropdownItem>
          ))}
        </DropdownList>
      </DropdownGroup>
      <Divider />
      <DropdownList aria-label={_("Session")}>
        {access === "limited" && <DropdownItem onClick={onAccess}>{_("Switch to administrative access")}</DropdownItem>}
        {access === "administrative" && <DropdownItem onClick={onAccess}>{_("Switch to limited access")}</DropdownItem>}
        <DropdownItem onClick={onAbout}>{_("About Pilothouse")}</DropdownItem>
        <DropdownItem onClick={() => logout()}>{_("Log out")}</DropdownItem>
      </DropdownList>
    </TopMenu>
  );
}
