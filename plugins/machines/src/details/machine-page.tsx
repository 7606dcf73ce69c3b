import { lazy, type ReactNode, Suspense, useEffect, useMemo, useRef, useSyncExternalStore } from "react";
import { Breadcrumb, BreadcrumbItem } from "@patternfly/react-core/dist/esm/components/Breadcrumb";
import { Label } from "@patternfly/react-core/dist/esm/components/Label";
import { Skeleton } from "@patternfly/react-core/dist/esm/components/Skeleton";
import { Tab, Tabs, TabTitleText } from "@patternfly/react-core/dist/esm/components/Tabs";
import { Title } from "@patternfly/react-core/dist/esm/components/Title";
import FlaskIcon from "@patternfly/react-icons/dist/esm/icons/flask-icon";
import { gettext as _, location, N_ } from "../../../lib/cockpit";
import { ActionRunner } from "../action-runner";
import { ConnectionFailed, StaleNotice } from "../../../lib/libvirt/connection-notices";
import { FailureList } from "../../../lib/libvirt/failure-list";
import { JobList } from "../../../lib/libvirt/job-list";
import type { Jobs } from "../../../lib/libvirt/model";
import { SampleStore } from "../samples";
import { StateLabel } from "../state-label";
import { type MachineAddress, type Tab as TabName, formatAddress, machineHref } from "./address";
import { LogTab } from "./log-tab";
import { MachineActions } from "./machine-actions";
import type { Backend, Machine } from "./model";
import { MachineGone, PendingNotice } from "./machine-notices";
import { OverviewTab } from "./overview-tab";
import { SnapshotsTab } from "./snapshots-tab";
import { XmlTab } from "./xml-tab";
import { useMachine } from "./use-machine";

const UsageTab = lazy(() => import("./usage-tab"));
const ConsoleTab = lazy(() => import("../console/console-tab"));

const TITLES: Readonly<Partial<Record<TabName, string>>> = {
  overview: N_("Overview"),
  usage: N_("Usage"),
  console: N_("Console"),
  snapshots: N_("Snapshots"),
  xml: N_("XML"),
  log: N_("Log"),
};

/** One machine: what it is, what it does, and all that can be done with it. */
export function MachinePage({ backend, address }: { backend: Backend; address: MachineAddress }) {
  const { id } = address;
  const { status, state, loaded } = useSyncExternalStore(backend.subscribe, backend.getSnapshot);
  const { machine, lost, libvirt, gone, failure } = useMachine(backend, id);
  const samples = useMemo(() => new SampleStore(), []);
  useEffect(() => backend.onSample(samples.take), [backend, samples]);
  const runner = useMemo(() => new ActionRunner((method, key) => backend.call(method, { key })), [backend]);
  const activity = useSyncExternalStore(runner.subscribe, runner.getSnapshot);
  const { connection, domains } = state;
  useEffect(() => domains && runner.observe(domains), [runner, domains]);
  const domain = machine?.domain;
  const jobs = useMemo(() => jobsOf(state.jobs, id), [state.jobs, id]);
  const retry = status.phase === "closed" ? () => backend.retry() : undefined;

  return (
    <main className="ph-scroll">
      <div className="ph-page ph-details">
        <Breadcrumb aria-label={_("Breadcrumb")}>
          <BreadcrumbItem to="#/">{_("Virtual machines")}</BreadcrumbItem>
          <BreadcrumbItem isActive><bdi>{domain?.name ?? id}</bdi></BreadcrumbItem>
        </Breadcrumb>
        <header className="ph-header">
          <Title headingLevel="h1" size="2xl" className="ph-machine-name">
            <bdi>{domain?.name ?? (loaded || lost !== undefined ? _("Virtual machine") : <Skeleton width="12rem" screenreaderText={_("Loading…")} />)}</bdi>
          </Title>
          {domain && <div className="ph-state"><StateLabel domain={domain} asked={activity.asked.get(id)} /></div>}
          {connection?.demo && <Label color="purple" icon={<FlaskIcon />}>{_("Demo")}</Label>}
          {machine && <MachineActions machine={machine} runner={runner} busy={activity.busy.get(id)} />}
          {domain?.title && <p className="ph-connection"><bdi>{domain.title}</bdi></p>}
        </header>
        <p className="pf-v6-screen-reader" aria-live="polite">{activity.announcement}</p>
        {lost !== undefined && domain && <StaleNotice message={lost} libvirt={libvirt} stderr={status.stderr} onRetry={retry} />}
        <JobList
          jobs={jobs}
          call={(method, params) => backend.call(method, params)}
          linkTo={({ made }) => made && machineHref({ ...address, id: made, tab: "overview" })}
        />
        <FailureList failures={activity.failures} onDismiss={(each) => runner.dismiss(each)} onDismissAll={() => runner.dismissAll()} />
        {machine ? (
          <>
            <PendingNotice machine={machine} />
            <MachineTabs machine={machine} samples={samples} address={address} />
          </>
        ) : lost !== undefined ? (
          <ConnectionFailed title={_("The machine cannot be had")} message={lost} libvirt={libvirt} stderr={status.stderr} uri={connection?.uri} onRetry={retry} />
        ) : (
          gone && <MachineGone id={id} uri={connection?.uri} failure={failure} />
        )}
      </div>
    </main>
  );
}

/** Of the jobs those that are about this machine, or made it. */
function jobsOf(jobs: Jobs | undefined, id: string): Jobs {
  return Object.fromEntries(Object.entries(jobs ?? {}).filter(([, { key, made }]) => key === id || made === id));
}

/** What the tabs say that they control; there is one, and the chosen tab fills it. */
const PANEL = "machine-part";

function MachineTabs({ machine, samples, address }: { machine: Machine; samples: SampleStore; address: MachineAddress }) {
  const tab = TITLES[address.tab] ? address.tab : "overview";
  const row = useRef<HTMLDivElement>(null);
  // A narrow window has not room for all of them.
  useEffect(() => {
    row.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest", inline: "center" });
  }, [tab]);
  const content: Readonly<Partial<Record<TabName, () => ReactNode>>> = {
    overview: () => <OverviewTab machine={machine} samples={samples} />,
    usage: () => <Suspense><UsageTab machine={machine} /></Suspense>,
    console: () => <Suspense><ConsoleTab machine={machine} /></Suspense>,
    snapshots: () => <SnapshotsTab machine={machine} />,
    log: () => <LogTab machine={machine} />,
    xml: () => <XmlTab machine={machine} />,
  };
  return (
    <>
      <div ref={row}>
        <Tabs
          activeKey={tab}
          onSelect={(_event, key) => location().go(["machine"], formatAddress({ ...address, tab: key as TabName }))}
          aria-label={_("Parts of this machine")}
        >
          {(Object.keys(TITLES) as TabName[]).map((each) => (
            <Tab key={each} eventKey={each} tabContentId={PANEL} title={<TabTitleText>{_(TITLES[each] ?? "")}</TabTitleText>} aria-label={_(TITLES[each] ?? "")} />
          ))}
        </Tabs>
      </div>
      <div className="ph-tab" key={tab} id={PANEL} role="tabpanel" aria-label={_(TITLES[tab] ?? "")}>{content[tab]?.()}</div>
    </>
  );
}
