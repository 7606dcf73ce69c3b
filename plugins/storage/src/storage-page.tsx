import { useMemo, useState, useSyncExternalStore } from "react";
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { EmptyState, EmptyStateActions, EmptyStateBody, EmptyStateFooter } from "@patternfly/react-core/dist/esm/components/EmptyState";
import { Label } from "@patternfly/react-core/dist/esm/components/Label";
import { SearchInput } from "@patternfly/react-core/dist/esm/components/SearchInput";
import { Skeleton } from "@patternfly/react-core/dist/esm/components/Skeleton";
import { Title } from "@patternfly/react-core/dist/esm/components/Title";
import DatabaseIcon from "@patternfly/react-icons/dist/esm/icons/database-icon";
import FlaskIcon from "@patternfly/react-icons/dist/esm/icons/flask-icon";
import { gettext as _, location } from "../../lib/cockpit";
import { ConnectionChoice } from "../../lib/libvirt/connection-choice";
import { ConnectionFailed, ConnectionLine, DemoNotice, StaleNotice } from "../../lib/libvirt/connection-notices";
import { healthOf } from "../../lib/libvirt/health";
import { JobList } from "../../lib/libvirt/job-list";
import { refusal } from "../../lib/libvirt/model";
import type { SavedConnections } from "../../lib/libvirt/saved-connections";
import { CreatePoolDialog } from "./create-pool-dialog";
import type { Backend, Place, Pool, Volume } from "./model";
import { PoolCard } from "./pool-card";
import { usesOf } from "./uses";

const NONE: Readonly<Record<string, never>> = {};
/** With more pools than these, they are closed at first. */
const OPEN_MAX = 3;

interface StoragePageProps {
  backend: Backend;
  /** As the address has it. */
  uri: string;
  saved: SavedConnections;
}

/** The storage pools of a connection, and what is in them. */
export function StoragePage({ backend, uri, saved }: StoragePageProps) {
  const snapshot = useSyncExternalStore(backend.subscribe, backend.getSnapshot);
  const { connection, capabilities = NONE, pools = NONE, volumes = NONE, domains = NONE } = snapshot.state;
  const health = healthOf(snapshot, pools);
  const enabled = health.kind === "fine" || health.kind === "empty";
  const place: Place = useMemo(() => ({ backend, connection, capabilities, enabled }), [backend, connection, capabilities, enabled]);
  const uses = useMemo(() => usesOf(pools, volumes, domains), [pools, volumes, domains]);
  const inPool = useMemo(() => byPool(volumes), [volumes]);
  const sorted = useMemo(() => Object.entries<Pool>(pools).sort(([, a], [, b]) => a.name.localeCompare(b.name)), [pools]);
  const [creating, setCreating] = useState(false);
  const [text, setText] = useState("");
  const [toggled, setToggled] = useState<ReadonlyMap<string, boolean>>(new Map());
  const retry = snapshot.status.phase === "closed" ? () => backend.retry() : undefined;
  const refused = refusal(place, "pool_define");
  const unreadable: unknown = snapshot.state.capabilities?.["pools"];
  const create = (
    <Button isAriaDisabled={refused !== undefined} title={refused || undefined} onClick={() => setCreating(true)}>
      {_("Create storage pool")}
    </Button>
  );
  return (
    <main className="ph-scroll">
      <div className="ph-page">
        <header className="ph-header">
          <Title headingLevel="h1" size="2xl">{_("Storage pools")}</Title>
          {connection?.demo && <Label color="purple" icon={<FlaskIcon />}>{_("Demo")}</Label>}
          <ConnectionChoice
            saved={saved}
            value={uri}
            first={connection?.uri}
            onChoose={(chosen) => location().go([], chosen ? { connection: chosen } : {})}
          />
          <ConnectionLine connection={connection} />
        </header>
        <DemoNotice connection={connection} />
        {health.kind === "stale" && <StaleNotice {...health} onRetry={retry} />}
        {health.kind === "failed" && (
          <ConnectionFailed {...health} title={_("The list of storage pools cannot be had")} uri={connection?.uri} onRetry={retry} />
        )}
        <JobList jobs={snapshot.state.jobs} call={(method, params) => backend.call(method, params)} />
        {health.kind === "loading" && <Skeleton height="6rem" screenreaderText={_("Loading the storage pools…")} />}
        {health.kind === "empty" && (
          <EmptyState
            headingLevel="h2"
            icon={DatabaseIcon}
            titleText={typeof unreadable === "string" ? _("The list of storage pools cannot be had") : _("No storage pools yet")}
          >
            <EmptyStateBody>
              {typeof unreadable === "string" ? unreadable : _("A storage pool is a place for the disks of virtual machines: a folder, a volume group, a server.")}
            </EmptyStateBody>
            <EmptyStateFooter><EmptyStateActions>{create}</EmptyStateActions></EmptyStateFooter>
          </EmptyState>
        )}
        {sorted.length > 0 && (
          <>
            <div className="ph-storage-tools">
              <SearchInput
                className="ph-search"
                aria-label={_("Filter volumes by name")}
                placeholder={_("Filter volumes by name")}
                value={text}
                onChange={(_event, value) => setText(value)}
                onClear={() => setText("")}
              />
              {create}
            </div>
            {sorted.map(([key, pool]) => (
              <PoolCard
                key={key}
                place={place}
                poolKey={key}
                pool={pool}
                pools={pools}
                volumes={inPool.get(key) ?? NO_VOLUMES}
                uses={uses}
                filter={text}
                expanded={toggled.get(key) ?? (sorted.length <= OPEN_MAX || text !== "")}
                onToggle={(on) => setToggled(new Map(toggled).set(key, on))}
              />
            ))}
          </>
        )}
      </div>
      {creating && <CreatePoolDialog place={place} onClose={() => setCreating(false)} />}
    </main>
  );
}

export type VolumeRow = readonly [key: string, volume: Volume];

const NO_VOLUMES: readonly VolumeRow[] = [];

/** The volumes of each pool, by name. */
function byPool(volumes: Readonly<Record<string, Volume>>): ReadonlyMap<string, readonly VolumeRow[]> {
  const found = new Map<string, VolumeRow[]>();
  const order = new Intl.Collator(undefined, { numeric: true });
  for (const row of Object.entries(volumes).sort(([, a], [, b]) => order.compare(a.name, b.name))) {
    const rows = found.get(row[1].pool);
    if (rows) rows.push(row);
    else found.set(row[1].pool, [row]);
  }
  return found;
}
