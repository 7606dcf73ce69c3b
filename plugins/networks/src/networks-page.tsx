import { type ReactNode, useMemo, useState, useSyncExternalStore } from "react";
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { EmptyState, EmptyStateActions, EmptyStateBody, EmptyStateFooter } from "@patternfly/react-core/dist/esm/components/EmptyState";
import { Label } from "@patternfly/react-core/dist/esm/components/Label";
import { Skeleton } from "@patternfly/react-core/dist/esm/components/Skeleton";
import { Title } from "@patternfly/react-core/dist/esm/components/Title";
import { ToggleGroup, ToggleGroupItem } from "@patternfly/react-core/dist/esm/components/ToggleGroup";
import { Tooltip } from "@patternfly/react-core/dist/esm/components/Tooltip";
import FlaskIcon from "@patternfly/react-icons/dist/esm/icons/flask-icon";
import NetworkIcon from "@patternfly/react-icons/dist/esm/icons/network-icon";
import { gettext as _, location, N_ } from "../../lib/cockpit";
import { ConnectionChoice } from "../../lib/libvirt/connection-choice";
import { ConnectionFailed, ConnectionLine, DemoNotice, StaleNotice } from "../../lib/libvirt/connection-notices";
import { FailureList } from "../../lib/libvirt/failure-list";
import { healthOf } from "../../lib/libvirt/health";
import { JobList } from "../../lib/libvirt/job-list";
import { refusal } from "../../lib/libvirt/model";
import type { SavedConnections } from "../../lib/libvirt/saved-connections";
import { type Place, type View, formatPlace } from "./address";
import { countMachines } from "./attachments";
import type { Backend } from "./model";
import { NetworkTable, type Row } from "./network-table";
import { SettingsDialog } from "./settings-dialog";
import { StopDialog } from "./stop-dialog";
import { Topology } from "./topology-picture";
import { useActions } from "./use-actions";

const VIEWS: Readonly<Record<View, string>> = { list: N_("List"), picture: N_("Topology") };
const NONE: Readonly<Record<string, never>> = {};

/** The networks of a connection, as a list or as a picture of who is joined to what. */
export function NetworksPage({ backend, place, saved }: { backend: Backend; place: Place; saved: SavedConnections }) {
  const snapshot = useSyncExternalStore(backend.subscribe, backend.getSnapshot);
  const { state, status } = snapshot;
  const { connection, capabilities = NONE, networks = NONE, domains = NONE, node_devices = NONE } = state;
  const health = healthOf(snapshot, networks);
  const enabled = health.kind === "fine" || health.kind === "empty";
  const actions = useActions(backend);
  const [creating, setCreating] = useState(false);
  const [stopping, setStopping] = useState<string | null>(null);
  const rows = useMemo(() => Object.entries(networks).sort(([, a], [, b]) => a.name.localeCompare(b.name)), [networks]);
  const machines = useMemo(() => countMachines(networks, domains), [networks, domains]);
  const refused = (method: string) => refusal({ capabilities, enabled }, method);
  const go = (part: Partial<Place>) => location().go([], formatPlace({ ...place, ...part }));
  const retry = status.phase === "closed" ? () => backend.retry() : undefined;
  const stop = (row: Row) => setStopping(row[0]);
  const stopped = stopping === null ? undefined : networks[stopping];
  const createRefused = refused("network_define");
  const unread = capabilities["networks"];

  let body: ReactNode;
  if (health.kind === "failed") {
    body = <ConnectionFailed title={_("The networks cannot be had")} message={health.message} libvirt={health.libvirt} stderr={health.stderr} uri={connection?.uri} onRetry={retry} />;
  } else if (health.kind === "loading") {
    body = <Skeleton height="12rem" screenreaderText={_("Loading…")} />;
  } else if (rows.length === 0 && typeof unread === "string") {
    body = <ConnectionFailed title={_("The networks cannot be had")} message={unread} libvirt={false} uri={connection?.uri} onRetry={undefined} />;
  } else if (rows.length === 0) {
    body = <NoNetworks refused={createRefused} onCreate={() => setCreating(true)} />;
  } else if (place.view === "picture") {
    body = <Topology networks={networks} machines={domains} connection={place.connection} />;
  } else {
    body = (
      <NetworkTable
        rows={rows}
        connection={place.connection}
        machines={machines}
        busy={actions.busy}
        stale={health.kind === "stale"}
        enabled={enabled}
        refused={refused}
        onStart={([key, { name }]) => void actions.run(key, name, { method: "network_start", params: {}, failed: _("$0 could not be started") })}
        onStop={stop}
      />
    );
  }

  const create = (
    <Button isAriaDisabled={Boolean(createRefused)} isDisabled={!enabled} onClick={() => setCreating(true)}>{_("Create network")}</Button>
  );
  return (
    <main className="ph-scroll">
      <div className="ph-page">
        <header className="ph-header">
          <Title headingLevel="h1" size="2xl">{_("Virtual networks")}</Title>
          {connection?.demo && <Label color="purple" icon={<FlaskIcon />}>{_("Demo")}</Label>}
          <ConnectionChoice saved={saved} value={place.connection} first={connection?.uri} onChoose={(uri) => go({ connection: uri })} />
          <ConnectionLine connection={connection} />
        </header>
        <DemoNotice connection={connection} />
        {health.kind === "stale" && <StaleNotice libvirt={health.libvirt} message={health.message} stderr={health.stderr} onRetry={retry} />}
        <JobList jobs={state.jobs} call={(method, params) => backend.call(method, params)} />
        <FailureList failures={actions.failures} onDismiss={actions.dismiss} onDismissAll={actions.dismissAll} />
        {rows.length > 0 && (
          <div className="ph-tools">
            <ToggleGroup aria-label={_("How the networks are shown")}>
              {(Object.keys(VIEWS) as View[]).map((view) => (
                <ToggleGroupItem key={view} text={_(VIEWS[view])} buttonId={`view-${view}`} isSelected={place.view === view} onChange={() => go({ view })} />
              ))}
            </ToggleGroup>
            {createRefused ? <Tooltip content={createRefused}>{create}</Tooltip> : create}
          </div>
        )}
        {body}
      </div>
      {creating && (
        <SettingsDialog
          backend={backend}
          networks={networks}
          devices={node_devices}
          onFollowUp={(key, name, doing) => void actions.run(key, name, doing)}
          onClose={() => setCreating(false)}
        />
      )}
      {stopping !== null && stopped && (
        <StopDialog backend={backend} id={stopping} network={stopped} machines={domains} forGood={false} onClose={() => setStopping(null)} />
      )}
    </main>
  );
}

function NoNetworks({ refused, onCreate }: { refused: string | undefined; onCreate(): void }) {
  return (
    <EmptyState headingLevel="h2" icon={NetworkIcon} titleText={_("No virtual networks yet")}>
      <EmptyStateBody>{refused || _("One that is defined with libvirt, by whatever program, appears here by itself.")}</EmptyStateBody>
      {refused === undefined && (
        <EmptyStateFooter>
          <EmptyStateActions><Button onClick={onCreate}>{_("Create network")}</Button></EmptyStateActions>
        </EmptyStateFooter>
      )}
    </EmptyState>
  );
}
