/** What a page says of its connection: where it is, that it was lost, and why there is none. */

import { Alert, AlertActionLink } from "@patternfly/react-core/dist/esm/components/Alert";
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { ClipboardCopy } from "@patternfly/react-core/dist/esm/components/ClipboardCopy";
import { EmptyState, EmptyStateActions, EmptyStateBody, EmptyStateFooter } from "@patternfly/react-core/dist/esm/components/EmptyState";
import DisconnectedIcon from "@patternfly/react-icons/dist/esm/icons/disconnected-icon";
import { format, gettext as _ } from "../cockpit";
import { LastLines } from "../last-lines";
import type { ConnectionInfo } from "./model";

/** "QEMU on host · qemu:///system · libvirt 9.0.0" */
export function ConnectionLine({ connection }: { connection: ConnectionInfo | undefined }) {
  if (!connection?.uri || connection.status === "failed") return null;
  const { demo, hostname, uri, version, readonly } = connection;
  const hypervisor = demo ? _("Test driver") : connection.hypervisor;
  const where = hypervisor && hostname ? format(_("$0 on $1"), hypervisor, hostname) : hypervisor || hostname;
  const parts = [where, !demo && uri, version && format(_("libvirt $0"), version), readonly && _("read-only")].filter(Boolean);
  return <p className="ph-connection">{parts.join(" · ")}</p>;
}

export function DemoNotice({ connection }: { connection: ConnectionInfo | undefined }) {
  if (!connection?.demo) return null;
  const title = connection.message || _("These machines are a demonstration.");
  return (
    <Alert variant="info" isInline title={title} component="h2">
      {_("Try every button: they come from libvirt's test driver, and nothing on this host is touched.")}
    </Alert>
  );
}

interface StaleNoticeProps {
  /** True where libvirt went away, false where this page's own back end did. */
  libvirt: boolean;
  message: string;
  stderr?: string | undefined;
  onRetry: (() => void) | undefined;
}

/** The list on show is not up to date: nobody is there to tell. */
export function StaleNotice({ libvirt, message, stderr, onRetry }: StaleNoticeProps) {
  const trying = libvirt ? _("libvirt went away; trying again…") : _("The connection was lost; trying again…");
  return (
    <Alert
      variant="warning"
      isInline
      isLiveRegion
      component="h2"
      title={onRetry ? _("The connection was lost") : trying}
      actionLinks={onRetry && <AlertActionLink onClick={onRetry}>{_("Try again")}</AlertActionLink>}
    >
      {message && <p>{message}</p>}
      <p>{_("The list shows what was known last.")}</p>
      <LastLines stderr={stderr} />
    </Alert>
  );
}

interface ConnectionFailedProps {
  /** What cannot be had. */
  title: string;
  /** True where libvirt does not answer, false where this page's own back end does not. */
  libvirt: boolean;
  message: string;
  stderr?: string | undefined;
  uri: string | undefined;
  onRetry: (() => void) | undefined;
}

/** Nothing to show, because nobody answers: what was said, and what usually helps. */
export function ConnectionFailed({ title, libvirt, message, stderr, uri, onRetry }: ConnectionFailedProps) {
  return (
    <EmptyState headingLevel="h2" status="danger" icon={DisconnectedIcon} titleText={libvirt ? _("No connection to libvirt") : title}>
      <EmptyStateBody>
        <p>{message}</p>
        {uri && <p className="ph-note">{uri}</p>}
        {libvirt && <Remedy denied={/permission|denied|authenticat|polkit/i.test(message)} />}
        {!onRetry && <p className="ph-advice">{_("It is tried again by itself.")}</p>}
        <LastLines stderr={stderr} />
      </EmptyStateBody>
      {onRetry && (
        <EmptyStateFooter>
          <EmptyStateActions>
            <Button onClick={onRetry}>{_("Try again")}</Button>
          </EmptyStateActions>
        </EmptyStateFooter>
      )}
    </EmptyState>
  );
}

function Remedy({ denied }: { denied: boolean }) {
  return denied ? (
    <Advice
      text={_("An administrator can permit it by adding you to a group; log in again afterwards:")}
      command="sudo usermod -aG libvirt $USER"
    />
  ) : (
    <Advice text={_("If libvirt's service is not running, start it:")} command="sudo systemctl enable --now libvirtd" />
  );
}

function Advice({ text, command }: { text: string; command: string }) {
  return (
    <>
      <p className="ph-advice">{text}</p>
      <ClipboardCopy isReadOnly hoverTip={_("Copy")} clickTip={_("Copied")} textAriaLabel={text}>{command}</ClipboardCopy>
    </>
  );
}
