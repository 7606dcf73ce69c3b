/** What the page says besides the list: where it is connected, what failed, and why the list is empty. */

import { Alert, AlertActionCloseButton, AlertActionLink, AlertGroup } from "@patternfly/react-core/dist/esm/components/Alert";
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { ClipboardCopy } from "@patternfly/react-core/dist/esm/components/ClipboardCopy";
import { EmptyState, EmptyStateActions, EmptyStateBody, EmptyStateFooter } from "@patternfly/react-core/dist/esm/components/EmptyState";
import DisconnectedIcon from "@patternfly/react-icons/dist/esm/icons/disconnected-icon";
import SearchIcon from "@patternfly/react-icons/dist/esm/icons/search-icon";
import VirtualMachineIcon from "@patternfly/react-icons/dist/esm/icons/virtual-machine-icon";
import { format, gettext as _, ngettext } from "../../lib/cockpit";
import { LastLines } from "../../lib/last-lines";
import type { Failure } from "./action-runner";
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

const MOST_FAILURES = 4;

interface FailureListProps {
  failures: readonly Failure[];
  onDismiss(id: number): void;
  onDismissAll(): void;
}

export function FailureList({ failures, onDismiss, onDismissAll }: FailureListProps) {
  const more = failures.length - MOST_FAILURES;
  return (
    <AlertGroup isLiveRegion aria-label={_("Failed actions")} className="ph-failures">
      {failures.slice(0, MOST_FAILURES).map(({ id, title, message }) => (
        <Alert
          key={id}
          variant="danger"
          isInline
          component="h2"
          title={<bdi>{title}</bdi>}
          actionClose={<AlertActionCloseButton onClose={() => onDismiss(id)} />}
        >
          {message}
        </Alert>
      ))}
      {failures.length > 1 && (
        <Button key="all" variant="link" isInline onClick={onDismissAll}>
          {more > 0 ? format(ngettext("Dismiss all, and $0 more", "Dismiss all, and $0 more", more), more) : _("Dismiss all")}
        </Button>
      )}
    </AlertGroup>
  );
}

export function NoMachines({ connection }: { connection: ConnectionInfo | undefined }) {
  return (
    <EmptyState headingLevel="h2" icon={VirtualMachineIcon} titleText={_("No virtual machines yet")}>
      <EmptyStateBody>
        {connection?.uri
          ? format(_("$0 knows of none. One that is defined there, by whatever program, appears here by itself."), connection.uri)
          : _("One that is defined with libvirt, by whatever program, appears here by itself.")}
      </EmptyStateBody>
    </EmptyState>
  );
}

export function NothingMatches({ onClear }: { onClear(): void }) {
  return (
    <EmptyState headingLevel="h2" icon={SearchIcon} titleText={_("No machine matches")} variant="sm">
      <EmptyStateBody>{_("None has this name or title and this state.")}</EmptyStateBody>
      <EmptyStateFooter>
        <EmptyStateActions>
          <Button variant="link" onClick={onClear}>{_("Clear all filters")}</Button>
        </EmptyStateActions>
      </EmptyStateFooter>
    </EmptyState>
  );
}

interface ConnectionFailedProps {
  /** True where libvirt does not answer, false where this page's own back end does not. */
  libvirt: boolean;
  message: string;
  stderr?: string | undefined;
  uri: string | undefined;
  onRetry: (() => void) | undefined;
}

/** Nothing to show, because nobody answers: what was said, and what usually helps. */
export function ConnectionFailed({ libvirt, message, stderr, uri, onRetry }: ConnectionFailedProps) {
  const title = libvirt ? _("No connection to libvirt") : _("The list of machines cannot be had");
  return (
    <EmptyState headingLevel="h2" status="danger" icon={DisconnectedIcon} titleText={title}>
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
