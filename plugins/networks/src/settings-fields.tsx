import { Checkbox } from "@patternfly/react-core/dist/esm/components/Checkbox";
import { ExpandableSection } from "@patternfly/react-core/dist/esm/components/ExpandableSection";
import { FormGroup } from "@patternfly/react-core/dist/esm/components/Form";
import { FormHelperText } from "@patternfly/react-core/dist/esm/components/Form";
import { FormSelect, FormSelectOption } from "@patternfly/react-core/dist/esm/components/FormSelect";
import { HelperText, HelperTextItem } from "@patternfly/react-core/dist/esm/components/HelperText";
import { TextInput } from "@patternfly/react-core/dist/esm/components/TextInput";
import { useState } from "react";
import { gettext as _ } from "../../lib/cockpit";
import { MODES, SHARINGS } from "./modes";
import type { HostDevice, Networks, Settings } from "./model";
import { type Draft, devicesFor } from "./settings-form";

interface SettingsFieldsProps {
  draft: Draft;
  /** What is stored of the network that is edited. */
  stored: Settings | undefined;
  networks: Networks;
  devices: Readonly<Record<string, HostDevice>>;
  onChange(part: Partial<Draft>): void;
}

/** The fields that a network of the chosen kind has. */
export function SettingsFields(props: SettingsFieldsProps) {
  const { draft, networks, devices, onChange } = props;
  const mode = MODES[draft.mode];
  const text = { draft, onChange };
  return (
    <>
      <FormGroup label={_("Kind")} fieldId="mode">
        <FormSelect id="mode" value={draft.mode} onChange={(_event, chosen) => onChange({ mode: chosen })}>
          {Object.entries(MODES).map(([key, { label }]) => <FormSelectOption key={key} value={key} label={_(label)} />)}
        </FormSelect>
        <Help text={mode ? _(mode.text) : ""} />
      </FormGroup>
      {draft.mode === "bridge" && <Text {...text} name="bridge" label={_("Bridge of the host")} needed help={_("It has to be there already, such as br0.")} />}
      {mode?.device && (
        <Text
          {...text}
          name="device"
          label={_("Device of the host")}
          needed={mode.device === "required"}
          help={mode.device === "required" ? "" : _("Empty: whichever leads where the packets go.")}
          choices={devicesFor(draft.mode, devices, networks)}
        />
      )}
      {draft.mode === "macvtap" && (
        <FormGroup label={_("Between the machines")} fieldId="sharing">
          <FormSelect id="sharing" value={draft.sharing} onChange={(_event, sharing) => onChange({ sharing })}>
            {Object.entries(SHARINGS).map(([key, label]) => <FormSelectOption key={key} value={key} label={_(label)} />)}
          </FormSelect>
        </FormGroup>
      )}
      {mode?.own && (
        <>
          <Family {...props} version={4} />
          <Family {...props} version={6} />
        </>
      )}
      {(mode?.own || draft.mode === "bridge") && <Further {...props} own={mode?.own === true} />}
    </>
  );
}

function Family({ draft, stored, version, onChange }: SettingsFieldsProps & { version: 4 | 6 }) {
  const address = version === 4 ? "ipv4" : "ipv6";
  const moved = draft[address] !== (stored?.[address] ?? "");
  return (
    <fieldset className="ph-family">
      <legend className="pf-v6-c-form__section-title">{version === 4 ? _("IPv4") : _("IPv6")}</legend>
      <Text
        draft={draft}
        onChange={onChange}
        name={address}
        label={_("Address of the host, with the length of the prefix")}
        help={version === 4 ? _("Such as 192.168.100.1/24; empty: none.") : _("Such as fd00:1234::1/64; empty: none.")}
      />
      {draft[address].trim() !== "" && moved && (
        <div className="ph-range">
          <Text draft={draft} onChange={onChange} name={`${address}_start`} label={_("DHCP from")} help={_("Both empty: no DHCP.")} />
          <Text draft={draft} onChange={onChange} name={`${address}_end`} label={_("to")} />
        </div>
      )}
      {stored?.[address] && moved && <Help text={_("Ranges and static hosts of the old subnet go; hosts that fit into the new one stay.")} />}
    </fieldset>
  );
}

function Further({ draft, onChange, own }: SettingsFieldsProps & { own: boolean }) {
  const [open, setOpen] = useState(Boolean(draft.domain || draft.forwarders || draft.mtu || !draft.dns));
  const text = { draft, onChange };
  return (
    <ExpandableSection toggleText={own ? _("DNS, bridge and MTU") : _("MTU")} isExpanded={open} onToggle={(_event, next) => setOpen(next)} isIndented>
      <div className="ph-further">
        {own && (
          <>
            <Text {...text} name="domain" label={_("Domain of the machines")} help={_("Such as lab.example")} />
            <Checkbox
              id="domain-local"
              label={_("Never ask other name servers about this domain")}
              isChecked={draft.domain_local}
              isDisabled={!draft.domain.trim()}
              onChange={(_event, on) => onChange({ domain_local: on })}
            />
            <Checkbox id="dns" label={_("Answer the machines' questions about names")} isChecked={draft.dns} onChange={(_event, on) => onChange({ dns: on })} />
            <Text {...text} name="forwarders" label={_("Name servers asked instead of the host's")} help={_("Addresses, with commas between them.")} />
            <Text {...text} name="bridge" label={_("Name of the bridge")} help={_("Empty: libvirt chooses one.")} />
          </>
        )}
        <Text {...text} name="mtu" label={_("MTU")} help={_("Empty: as usual.")} />
      </div>
    </ExpandableSection>
  );
}

type TextName = { [Name in keyof Draft]: Draft[Name] extends string ? Name : never }[keyof Draft];

interface TextProps {
  draft: Draft;
  name: TextName;
  label: string;
  needed?: boolean;
  help?: string;
  choices?: readonly string[];
  onChange(part: Partial<Draft>): void;
}

function Text({ draft, name, label, needed = false, help = "", choices = [], onChange }: TextProps) {
  return (
    <FormGroup label={label} isRequired={needed} fieldId={name}>
      <TextInput
        id={name}
        value={draft[name]}
        spellCheck="false"
        autoCapitalize="none"
        {...(choices.length > 0 && { list: `${name}-choices` })}
        onChange={(_event, value) => onChange({ [name]: value })}
      />
      {choices.length > 0 && <datalist id={`${name}-choices`}>{choices.map((each) => <option key={each} value={each} />)}</datalist>}
      <Help text={help} />
    </FormGroup>
  );
}

function Help({ text }: { text: string }) {
  if (!text) return null;
  return <FormHelperText><HelperText><HelperTextItem>{text}</HelperTextItem></HelperText></FormHelperText>;
}
