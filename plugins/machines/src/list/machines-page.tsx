import { type ReactNode, useCallback, useDeferredValue, useEffect, useMemo, useState, useSyncExternalStore } from "react";
import { Label } from "@patternfly/react-core/dist/esm/components/Label";
import { Title } from "@patternfly/react-core/dist/esm/components/Title";
import FlaskIcon from "@patternfly/react-icons/dist/esm/icons/flask-icon";
import { gettext as _ } from "../../../lib/cockpit";
import type { Connection, Snapshot } from "../../../lib/rpc";
import { ActionRunner } from "../action-runner";
import type { Action } from "../actions";
import { ConfirmDialog, type Question, stillAsked } from "../confirm-dialog";
import { MachineTable } from "./machine-table";
import { MachinesToolbar } from "./machines-toolbar";
import type { Capabilities, Domain, Domains, MachinesState, Samples } from "../model";
import { ConnectionFailed, ConnectionLine, DemoNotice, FailureList, NoMachines, NothingMatches, StaleNotice } from "../notices";
import { SampleStore } from "../samples";
import { useView } from "./use-view";
import { DEFAULT_VIEW, type View, countStates, select } from "./view";

const NO_DOMAINS: Domains = {};
const NO_CAPABILITIES: Capabilities = {};
const NO_SAMPLES: Samples = {};

type Backend = Connection<MachinesState, Samples>;

/** The list of virtual machines of one back end. */
export function MachinesPage({ backend }: { backend: Backend }) {
  const snapshot = useSyncExternalStore(backend.subscribe, backend.getSnapshot);
  const samples = useSamples(backend);
  const runner = useMemo(() => new ActionRunner((method, key) => backend.call(method, { key })), [backend]);
  const activity = useSyncExternalStore(runner.subscribe, runner.getSnapshot);
  const [question, setQuestion] = useState<Question | null>(null);
  const [view, changeView] = useView();
  const { connection, capabilities = NO_CAPABILITIES, domains = NO_DOMAINS } = snapshot.state;
  useEffect(() => runner.observe(domains), [runner, domains]);

  const act = useCallback(
    (key: string, domain: Domain, action: Action) => {
      if (action.loss(domain) === undefined) void runner.run(key, domain, action);
      else setQuestion({ key, action });
    },
    [runner],
  );
  const rows = useRows(domains, view, samples);
  const total = Object.keys(domains).length;
  const health = healthOf(snapshot, total);
  const stale = health.kind === "stale";
  useEffect(() => {
    if (stale) samples.take(NO_SAMPLES);
  }, [stale, samples]);
  const retry = snapshot.status.phase === "closed" ? () => backend.retry() : undefined;
  const asked = stillAsked(question, question ? domains[question.key] : undefined);

  let body: ReactNode;
  if (health.kind === "failed") {
    body = <ConnectionFailed {...health} uri={connection?.uri} onRetry={retry} />;
  } else if (health.kind === "empty") {
    body = <NoMachines connection={connection} />;
  } else {
    body = (
      <>
        <MachinesToolbar view={view} counts={countStates(domains)} total={total} shown={rows.length} onView={changeView} />
        {total > 0 && rows.length === 0 ? (
          <NothingMatches onClear={() => changeView({ text: DEFAULT_VIEW.text, state: DEFAULT_VIEW.state })} />
        ) : (
          <MachineTable
            rows={total === 0 ? null : rows}
            view={view}
            activity={activity}
            capabilities={capabilities}
            samples={samples}
            enabled={health.kind === "fine"}
            onView={changeView}
            onAction={act}
          />
        )}
      </>
    );
  }

  return (
    <main className="ph-scroll">
      <div className="ph-page">
        <header className="ph-header">
          <Title headingLevel="h1" size="2xl">{_("Virtual machines")}</Title>
          {connection?.demo && <Label color="purple" icon={<FlaskIcon />}>{_("Demo")}</Label>}
          <ConnectionLine connection={connection} />
        </header>
        <p className="pf-v6-screen-reader" aria-live="polite">{activity.announcement}</p>
        <DemoNotice connection={connection} />
        {health.kind === "stale" && <StaleNotice {...health} onRetry={retry} />}
        <FailureList failures={activity.failures} onDismiss={(id) => runner.dismiss(id)} onDismissAll={() => runner.dismissAll()} />
        {body}
      </div>
      {question && asked && (
        <ConfirmDialog
          domain={asked.domain}
          action={question.action}
          loss={asked.loss}
          onCancel={() => setQuestion(null)}
          onConfirm={() => {
            setQuestion(null);
            void runner.run(question.key, asked.domain, question.action);
          }}
        />
      )}
    </main>
  );
}

function useSamples(backend: Backend): SampleStore {
  const samples = useMemo(() => new SampleStore(), []);
  useEffect(() => backend.onSample(samples.take), [backend, samples]);
  return samples;
}

/** The rows of the view. Typing goes first, and readings count only where the list is sorted by them. */
function useRows(domains: Domains, view: View, samples: SampleStore) {
  const bySamples = view.column === "cpu";
  const readings = useSyncExternalStore(samples.subscribe, () => (bySamples ? samples.all() : NO_SAMPLES));
  const deferred = useDeferredValue(view);
  return useMemo(() => select(domains, deferred, readings), [domains, deferred, readings]);
}

type Health =
  | { kind: "fine" | "loading" | "empty" }
  /** `libvirt` is true where it is libvirt that is gone, false where it is the back end. */
  | { kind: "failed" | "stale"; message: string; libvirt: boolean; stderr?: string | undefined };

/** What can be said of the list: whether it is there, complete, and up to date. */
function healthOf({ status, loaded, state }: Snapshot<MachinesState>, total: number): Health {
  const { connection } = state;
  const kind = total > 0 ? "stale" : "failed";
  if (status.problem !== undefined) return { kind, message: status.message ?? "", libvirt: false, stderr: status.stderr };
  if (connection?.status === "failed" || connection?.status === "disconnected")
    return { kind, message: connection.message ?? "", libvirt: true };
  if (connection?.status !== "connected") return { kind: "loading" };
  if (total > 0) return { kind: "fine" };
  return { kind: loaded ? "empty" : "loading" };
}
