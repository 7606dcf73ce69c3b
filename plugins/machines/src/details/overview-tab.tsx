import { useState } from "react";
import { Alert } from "@patternfly/react-core/dist/esm/components/Alert";
import { ClipboardCopy } from "@patternfly/react-core/dist/esm/components/ClipboardCopy";
import { DescriptionList } from "@patternfly/react-core/dist/esm/components/DescriptionList";
import { Label, LabelGroup } from "@patternfly/react-core/dist/esm/components/Label";
import { Switch } from "@patternfly/react-core/dist/esm/components/Switch";
import { format_bytes, gettext as _, N_ } from "../../../lib/cockpit";
import type { SampleStore } from "../samples";
import { CpuUsage, MemoryUsage } from "../list/usage";
import { DevicesCards } from "./devices-cards";
import { TERMS } from "./terms";
import { Fact, InfoCard } from "../../../lib/libvirt/info-card";
import { refusal } from "../../../lib/libvirt/model";
import { type Hardware, type Machine } from "./model";
import { TextsCard } from "./texts-card";

/** What the machine is. */
export function OverviewTab({ machine, samples }: { machine: Machine; samples: SampleStore }) {
  return (
    <div className="ph-cards">
      <GeneralCard machine={machine} />
      <HardwareCard machine={machine} samples={samples} />
      <TextsCard machine={machine} />
      <DevicesCards machine={machine} />
    </div>
  );
}

function GeneralCard({ machine }: { machine: Machine }) {
  const { id, domain, connection } = machine;
  const persistence = domain.persistent ? _("Stored: it is still there when it is off") : _("Temporary: once it is off, it is gone");
  return (
    <InfoCard title={_("General")}>
      <DescriptionList isHorizontal isCompact {...TERMS}>
        <Fact term={_("Host")}>{connection.hostname && <bdi>{connection.hostname}</bdi>}</Fact>
        <Fact term={_("Connection")}>{connection.demo ? _("Test driver") : connection.uri}</Fact>
        <Fact term={_("UUID")}>
          <ClipboardCopy variant="inline-compact" isCode hoverTip={_("Copy")} clickTip={_("Copied")} textAriaLabel={_("UUID")}>{id}</ClipboardCopy>
        </Fact>
        <Fact term={_("Addresses")}>{domain.addresses?.join(", ")}</Fact>
        <Fact term={_("Definition")}>{persistence}</Fact>
        <Fact term={_("Saved state")}>{domain.managed_save && _("Its memory was saved to disk: starting it goes on where it stopped.")}</Fact>
        <Fact term={_("Tags")}>
          {domain.tags && domain.tags.length > 0 && (
            <LabelGroup numLabels={20}>{domain.tags.map((tag) => <Label key={tag} variant="outline" isCompact><bdi>{tag}</bdi></Label>)}</LabelGroup>
          )}
        </Fact>
        <Fact term={_("Autostart")}><Autostart machine={machine} /></Fact>
      </DescriptionList>
    </InfoCard>
  );
}

function Autostart({ machine }: { machine: Machine }) {
  const { backend, id, domain } = machine;
  const [failure, setFailure] = useState("");
  const [wanted, setWanted] = useState<boolean | null>(null);
  const refused = domain.persistent ? refusal(machine, "domain_set_autostart") : _("A temporary machine cannot start by itself.");
  const change = async (on: boolean) => {
    setWanted(on);
    setFailure("");
    try {
      await backend.call("domain_set_autostart", { key: id, on });
    } catch (error) {
      setFailure(error instanceof Error ? error.message : String(error));
    }
    setWanted(null);
  };
  return (
    <>
      <Switch
        id="autostart"
        label={_("Start when the host starts")}
        isChecked={wanted ?? domain.autostart}
        isDisabled={refused !== undefined || wanted !== null}
        onChange={(_event, on) => void change(on)}
      />
      {refused && <p className="ph-note">{refused}</p>}
      {failure && <Alert variant="danger" isInline isPlain isLiveRegion component="h3" title={failure} />}
    </>
  );
}

function HardwareCard({ machine, samples }: { machine: Machine; samples: SampleStore }) {
  const { id, domain, followed } = machine;
  const { memory, max_memory } = domain;
  const hardware = followed?.hardware ?? {};
  return (
    <InfoCard title={_("Hardware")}>
      <DescriptionList isHorizontal isCompact {...TERMS}>
        <Fact term={_("CPU")}><CpuUsage domainKey={id} domain={domain} samples={samples} /></Fact>
        <Fact term={_("CPU model")}>{cpuText(hardware)}</Fact>
        <Fact term={_("Memory")}><MemoryUsage domainKey={id} domain={domain} samples={samples} /></Fact>
        <Fact term={_("Most memory")}>{max_memory !== memory && format_bytes(max_memory, 1024)}</Fact>
        <Fact term={_("Firmware")}>{firmwareText(hardware)}</Fact>
        <Fact term={_("Emulated machine")}>{[hardware.machine, hardware.arch].filter(Boolean).join(", ")}</Fact>
        <Fact term={_("Boots from")}>{bootText(hardware)}</Fact>
      </DescriptionList>
    </InfoCard>
  );
}

function firmwareText({ firmware, secure_boot }: Hardware): string {
  if (firmware === "efi") return secure_boot ? _("UEFI with Secure Boot") : _("UEFI");
  return firmware === "bios" ? _("BIOS") : "";
}

const CPU_MODES: Readonly<Record<string, string>> = {
  "host-model": N_("Like the host's"),
  "host-passthrough": N_("The host's own"),
  "maximum": N_("All that can be emulated"),
};

function cpuText({ cpu_mode, cpu_model }: Hardware): string {
  const mode = cpu_mode ? CPU_MODES[cpu_mode] : undefined;
  return [mode && _(mode), cpu_model].filter(Boolean).join(", ");
}

const BOOT_DEVICES: Readonly<Record<string, string>> = { hd: N_("Disk"), cdrom: N_("CD/DVD"), network: N_("Network"), fd: N_("Floppy") };

function bootText({ boot = [] }: Hardware): string {
  return boot
    .map((device) => {
      const known = BOOT_DEVICES[device];
      return known ? _(known) : device.replace(/^(disk|interface|hostdev):/, "");
    })
    .join(", ");
}
