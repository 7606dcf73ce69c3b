import { useSyncExternalStore } from "react";
import { Alert } from "@patternfly/react-core/dist/esm/components/Alert";
import { Breadcrumb, BreadcrumbItem } from "@patternfly/react-core/dist/esm/components/Breadcrumb";
import { EmptyState, EmptyStateBody } from "@patternfly/react-core/dist/esm/components/EmptyState";
import { ExpandableSection } from "@patternfly/react-core/dist/esm/components/ExpandableSection";
import { Skeleton } from "@patternfly/react-core/dist/esm/components/Skeleton";
import { Title } from "@patternfly/react-core/dist/esm/components/Title";
import SearchIcon from "@patternfly/react-icons/dist/esm/icons/search-icon";
import { gettext as _ } from "../../lib/cockpit";
import { ConnectionFailed, StaleNotice } from "../../lib/libvirt/connection-notices";
import { FailureList } from "../../lib/libvirt/failure-list";
import { healthOf } from "../../lib/libvirt/health";
import { InfoCard } from "../../lib/libvirt/info-card";
import { JobList } from "../../lib/libvirt/job-list";
import { PendingTable } from "../../lib/libvirt/pending-table";
import { useFollowed } from "../../lib/libvirt/use-followed";
import { XmlText } from "../../lib/libvirt/xml-text";
import { type Place, placeHref } from "./address";
import { EntriesCards } from "./entries-cards";
import { LeasesCard } from "./leases-card";
import { MachinesCard } from "./machines-card";
import type { Backend, FollowedNetwork, Network } from "./model";
import { NetworkActions } from "./network-actions";
import { SettingsCard } from "./settings-card";
import { StateLabel } from "./state-label";
import { useActions } from "./use-actions";

const NONE: Readonly<Record<string, never>> = {};

/** One network: what it is, who is on it, and all that can be done with it. */
export function NetworkPage({ backend, place }: { backend: Backend; place: Place }) {
  const { id } = place;
  const snapshot = useSyncExternalStore(backend.subscribe, backend.getSnapshot);
  const { asked, failure } = useFollowed(backend, id, "network");
  const actions = useActions(backend);
  const { state, status, loaded } = snapshot;
  const { connection, capabilities = NONE, networks = NONE, domains = NONE } = state;
  const health = healthOf(snapshot, networks);
  const enabled = health.kind === "fine";
  const network = networks[id];
  const followed = state.followed?.network?.[id];
  const retry = status.phase === "closed" ? () => backend.retry() : undefined;
  const shared = { backend, id, network: network as Network, capabilities, enabled };

  return (
    <main className="ph-scroll">
      <div className="ph-page ph-details">
        <Breadcrumb aria-label={_("Breadcrumb")}>
          <BreadcrumbItem to={placeHref({ connection: place.connection })}>{_("Virtual networks")}</BreadcrumbItem>
          <BreadcrumbItem isActive><bdi>{network?.name ?? id}</bdi></BreadcrumbItem>
        </Breadcrumb>
        <header className="ph-header">
          <Title headingLevel="h1" size="2xl" className="ph-network-name">
            <bdi>{network?.name ?? (loaded ? _("Virtual network") : <Skeleton width="12rem" screenreaderText={_("Loading…")} />)}</bdi>
          </Title>
          {network && <StateLabel network={network} />}
          {network && (
            <NetworkActions
              {...shared}
              followed={followed}
              networks={networks}
              devices={state.node_devices ?? NONE}
              machines={domains}
              actions={actions}
              connection={place.connection}
            />
          )}
        </header>
        {health.kind === "stale" && <StaleNotice libvirt={health.libvirt} message={health.message} stderr={health.stderr} onRetry={retry} />}
        <JobList jobs={state.jobs} call={(method, params) => backend.call(method, params)} />
        <FailureList failures={actions.failures} onDismiss={actions.dismiss} onDismissAll={actions.dismissAll} />
        {network ? (
          <>
            <PendingNotice network={network} followed={followed} />
            <div className="ph-cards">
              <SettingsCard {...shared} followed={followed} actions={actions} />
              {followed && <EntriesCards {...shared} followed={followed} />}
              <MachinesCard {...shared} followed={followed} machines={domains} connection={place.connection} />
              <LeasesCard {...shared} machines={domains} connection={place.connection} />
              {followed && <InfoCard title={_("Definition")} wide><XmlText text={followed.xml} /></InfoCard>}
            </div>
          </>
        ) : health.kind === "failed" ? (
          <ConnectionFailed title={_("The network cannot be had")} message={health.message} libvirt={health.libvirt} stderr={health.stderr} uri={connection?.uri} onRetry={retry} />
        ) : (
          loaded && asked && <NetworkGone id={id} failure={failure} connection={place.connection} />
        )}
      </div>
    </main>
  );
}

/** What stopping and starting it will change, where something does. */
function PendingNotice({ network, followed }: { network: Network; followed: FollowedNetwork | undefined }) {
  if (!network.active || !network.persistent || !followed?.pending) return null;
  return (
    <Alert variant="info" isInline component="h2" title={_("Changes pending until the network is started again")}>
      <p>{_("What is stored differs from what runs. It takes effect when the network is stopped and started; machines on it lose their connection then.")}</p>
      <ExpandableSection toggleText={_("What will change")}><PendingTable changes={followed.pending} /></ExpandableSection>
    </Alert>
  );
}

function NetworkGone({ id, failure, connection }: { id: string; failure: string; connection: string }) {
  return (
    <EmptyState headingLevel="h2" icon={SearchIcon} titleText={_("This network does not exist")}>
      <EmptyStateBody>
        <p>{_("There is none with this UUID. It may have been deleted meanwhile, or it belongs to another connection.")}</p>
        <p className="ph-note">{id}</p>
        {failure && <p className="ph-note">{failure}</p>}
        <a href={placeHref({ connection })}>{_("All virtual networks")}</a>
      </EmptyStateBody>
    </EmptyState>
  );
}
