import { DescriptionList } from "@patternfly/react-core/dist/esm/components/DescriptionList";
import { Switch } from "@patternfly/react-core/dist/esm/components/Switch";
import { gettext as _ } from "../../lib/cockpit";
import { Fact, InfoCard } from "../../lib/libvirt/info-card";
import { refusal } from "../../lib/libvirt/model";
import { MODES, SHARINGS, modeLabel } from "./modes";
import type { FollowedNetwork } from "./model";
import type { Shown } from "./network-actions";
import type { Actions } from "./use-actions";

/** What the network is; while it runs that is what runs. */
export function SettingsCard({ followed, actions, ...shown }: Shown & { followed: FollowedNetwork | undefined; actions: Actions }) {
  const { id, network, enabled } = shown;
  const settings = followed?.settings;
  const mode = MODES[network.mode];
  const own = mode?.own;
  const sharing = settings?.sharing && SHARINGS[settings.sharing];
  const refused = network.persistent ? refusal(shown, "network_set_autostart") : _("A temporary network does not start by itself.");
  const autostart = (on: boolean) => void actions.run(id, network.name, { method: "network_set_autostart", params: { on }, failed: _("The autostart of $0 could not be changed") });
  return (
    <InfoCard title={_("Settings")}>
      <DescriptionList isCompact isHorizontal horizontalTermWidthModifier={{ default: "10rem" }}>
        <Fact term={_("Kind")}>
          {modeLabel(network.mode)}
          {mode && <span className="ph-note">{_(mode.text)}</span>}
        </Fact>
        <Fact term={_("Device of the host")}>{network.device}</Fact>
        <Fact term={_("Between the machines")}>{sharing && _(sharing)}</Fact>
        <Fact term={_("Bridge")}>{network.bridge}</Fact>
        <Fact term={_("IPv4")}>{settings?.ipv4}</Fact>
        <Fact term={_("IPv6")}>{settings?.ipv6}</Fact>
        <Fact term={_("Domain")}>{settings?.domain && [settings.domain, settings.domain_local && _("answered here alone")].filter(Boolean).join(", ")}</Fact>
        <Fact term={_("DNS")}>
          {own && settings && (settings.dns === false ? _("off") : settings.forwarders?.length ? settings.forwarders.join(", ") : _("by the host's name servers"))}
        </Fact>
        <Fact term={_("MTU")}>{settings?.mtu}</Fact>
        <Fact term={_("UUID")}><code>{id}</code></Fact>
        <Fact term={_("Autostart")}>
          <Switch
            id="autostart"
            aria-label={_("Start it whenever the host starts")}
            isChecked={network.autostart}
            isDisabled={!enabled || refused !== undefined || actions.busy.has(id)}
            onChange={(_event, on) => autostart(on)}
          />
          {refused && <span className="ph-note">{refused}</span>}
        </Fact>
      </DescriptionList>
    </InfoCard>
  );
}
