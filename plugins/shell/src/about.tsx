import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import {
  DescriptionList,
  DescriptionListDescription,
  DescriptionListGroup,
  DescriptionListTerm,
} from "@patternfly/react-core/dist/esm/components/DescriptionList";
import { Modal, ModalBody, ModalFooter, ModalHeader } from "@patternfly/react-core/dist/esm/components/Modal";

import { gettext as _, transport } from "../../lib/cockpit";
import { isObject } from "../../base1/src/json";
import { AboutPlugins } from "./about-plugins";
import type { Identity } from "./identity";

interface Props {
  manifests: unknown;
  identity: Identity;
  onClose(): void;
}

function versionOf(manifests: unknown, pkg: string): string | null {
  const manifest = isObject(manifests) ? manifests[pkg] : null;
  const version = isObject(manifest) ? manifest["version"] : null;
  return typeof version === "string" ? version : null;
}

function gatewayVersion(): string | null {
  const system: unknown = transport.options["system"];
  return isObject(system) && typeof system["version"] === "string" ? system["version"] : null;
}

export function About({ manifests, identity, onClose }: Props) {
  const { user, hostname, system } = identity;
  const facts: [string, string | null][] = [
    [_("Pilothouse"), versionOf(manifests, "shell")],
    [_("Web server"), gatewayVersion()],
    [_("Machine"), hostname],
    [_("Operating system"), system],
    [_("Logged in as"), user && (user.full_name && user.full_name !== user.name ? `${user.name} (${user.full_name})` : user.name)],
  ];
  return (
    <Modal isOpen variant="medium" onClose={onClose} aria-labelledby="about-title">
      <ModalHeader title={_("About Pilothouse")} labelId="about-title" description={_("A web console for Linux servers and their virtual machines.")} />
      <ModalBody tabIndex={0} aria-label={_("Versions and plugins")}>
        <DescriptionList isHorizontal isCompact>
          {facts.map(
            ([term, value]) =>
              value && (
                <DescriptionListGroup key={term}>
                  <DescriptionListTerm>{term}</DescriptionListTerm>
                  <DescriptionListDescription>{value}</DescriptionListDescription>
                </DescriptionListGroup>
              ),
          )}
        </DescriptionList>
        <AboutPlugins />
      </ModalBody>
      <ModalFooter>
        <Button onClick={onClose}>{_("Close")}</Button>
      </ModalFooter>
    </Modal>
  );
}
