import { type ReactNode, useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { Label } from "@patternfly/react-core/dist/esm/components/Label";
import { Title } from "@patternfly/react-core/dist/esm/components/Title";
import FlaskIcon from "@patternfly/react-icons/dist/esm/icons/flask-icon";
import { gettext as _ } from "../../../lib/cockpit";
import { ActionRunner } from "../action-runner";
import { machineHref } from "../details/address";
import type { Action } from "../actions";
import { ConfirmDialog, type Question } from "../confirm-dialog";
import type { Domain } from "../model";
import { ConnectionLine, DemoNotice } from "../../../lib/libvirt/connection-notices";
import { FailureList } from "../../../lib/libvirt/failure-list";
import { JobList } from "../../../lib/libvirt/job-list";
import { NothingMatches } from "../notices";
import { useBulk } from "./bulk";
import { TAGS } from "./bulk-actions";
import { ConnectionsDialog } from "./connections-dialog";
import type { Fleet } from "./fleet";
import { healthOf } from "../../../lib/libvirt/health";
import { MachineTable } from "./machine-table";
import { MachinesToolbar } from "./machines-toolbar";
import { MemberNotice } from "./member-notice";
import { RowCommands } from "./row-commands";
import type { SavedConnections } from "../../../lib/libvirt/saved-connections";
import { SelectionBar } from "./selection-bar";
import { Thumbnails } from "./thumbnails";
import { usePlaces, useReadings, useRows, useShown } from "./use-fleet";
import { useMarks } from "./use-marks";
import { useSelection } from "./use-selection";
import { useView } from "./use-view";
import { NO_FILTERS, countStates, tagsOf } from "./view";

/** The list of virtual machines of some connections. */
export function MachinesPage({ fleet, saved }: { fleet: Fleet; saved: SavedConnections }) {
  const uris = useSyncExternalStore(saved.subscribe, saved.getSnapshot);
  useEffect(() => fleet.connect(uris), [fleet, uris]);
  const [choosing, setChoosing] = useState(false);
  const { members, domains } = useSyncExternalStore(fleet.subscribe, fleet.getSnapshot);
  const { samples, trends } = useReadings(fleet);
  const runner = useMemo(() => new ActionRunner((method, key) => fleet.call(method, key)), [fleet]);
  const activity = useSyncExternalStore(runner.subscribe, runner.getSnapshot);
  const [question, setQuestion] = useState<Question | null>(null);
  const [view, changeView] = useView();
  const placeOf = usePlaces(members);
  const connectionOf = useCallback((key: string) => placeOf(key).name, [placeOf]);
  const rows = useRows(domains, view, samples, connectionOf);
  const shown = useShown(fleet, trends);
  const total = Object.keys(domains).length;
  useEffect(() => runner.observe(domains), [runner, domains]);
  useMarks({
    "first-rows": rows.length > 0,
    "all-names": members.every(({ snapshot }) => snapshot.loaded),
    "every-column": members.every(({ snapshot }) => snapshot.state.connection?.described === true),
  });

  const act = useCallback(
    (key: string, domain: Domain, action: Action) => {
      if (action.loss(domain) === undefined) void runner.run(key, domain, action);
      else setQuestion({ key, action });
    },
    [runner],
  );
  const tags = useMemo(() => tagsOf(domains), [domains]);
  const selection = useSelection(domains);
  const bulk = useBulk({ fleet, tags, placeOf });
  const latest = useRef(domains);
  useEffect(() => {
    latest.current = domains;
  });
  const editTags = useCallback(
    (key: string) => {
      const domain = latest.current[key];
      if (domain) bulk.start(TAGS, [[key, domain]]);
    },
    [bulk.start],
  );
  const [commandsOf, setCommandsOf] = useState<string | null>(null);
  const told = commandsOf === null ? undefined : domains[commandsOf];

  let body: ReactNode = null;
  if (total > 0 || members.some(({ snapshot }) => healthOf(snapshot, snapshot.state.domains).kind === "loading")) {
    body = (
      <>
        <MachinesToolbar
          view={view}
          counts={countStates(domains)}
          tags={tags}
          connections={members.map(({ id }) => placeOf(`@${id}`).name)}
          total={total}
          shown={rows.length}
          onView={changeView}
        />
        {rows.length > 0 && !view.pictures && (
          <SelectionBar selection={selection} rows={rows} onAction={(action) => bulk.start(action, selection.rows)} />
        )}
        {total > 0 && rows.length === 0 ? (
          <NothingMatches onClear={() => changeView(NO_FILTERS)} />
        ) : view.pictures && total > 0 ? (
          <Thumbnails fleet={fleet} rows={rows} placeOf={placeOf} />
        ) : (
          <MachineTable
            rows={total === 0 ? null : rows}
            view={view}
            activity={activity}
            several={members.length > 1}
            stale={total > 0 && members.every(({ snapshot }) => healthOf(snapshot, snapshot.state.domains).kind === "stale")}
            samples={samples}
            trends={trends}
            selection={selection}
            placeOf={placeOf}
            onView={changeView}
            onAction={act}
            onTags={editTags}
            onCommands={setCommandsOf}
            onShown={shown}
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
          {members.some(({ snapshot }) => snapshot.state.connection?.demo) && (
            <Label color="purple" icon={<FlaskIcon />}>{_("Demo")}</Label>
          )}
          <Button variant="link" isInline className="ph-connect" onClick={() => setChoosing(true)}>{_("Connections…")}</Button>
          {members.map(({ id, snapshot }) => <ConnectionLine key={id} connection={snapshot.state.connection} />)}
        </header>
        <p className="pf-v6-screen-reader" aria-live="polite">{activity.announcement}</p>
        <DemoNotice connection={members.map(({ snapshot }) => snapshot.state.connection).find((each) => each?.demo)} />
        {members.map((member) => (
          <MemberNotice
            key={member.id}
            member={member}
            alone={total === 0 && (members.length === 1 || member.id === "")}
            samples={samples}
            onRetry={() => fleet.retry(member.id)}
          />
        ))}
        {members.map(({ id, snapshot }) => (
          <JobList
            key={id}
            jobs={snapshot.state.jobs}
            call={(method, params) => fleet.ask(id, method, params)}
            linkTo={({ method, made }) => (made && method.startsWith("domain_") ? machineHref({ id: made, connection: id }) : undefined)}
          />
        ))}
        <FailureList failures={activity.failures} onDismiss={(id) => runner.dismiss(id)} onDismissAll={() => runner.dismissAll()} />
        {body}
      </div>
      {bulk.dialog}
      {choosing && <ConnectionsDialog saved={saved} members={members} onClose={() => setChoosing(false)} />}
      {commandsOf !== null && told && (
        <RowCommands
          fleet={fleet}
          domainKey={commandsOf}
          domain={told}
          capabilities={placeOf(commandsOf).capabilities}
          onClose={() => setCommandsOf(null)}
        />
      )}
      <ConfirmDialog
        question={question}
        domain={question ? domains[question.key] : undefined}
        onConfirm={(domain, { key, action }) => void runner.run(key, domain, action)}
        onClose={() => setQuestion(null)}
      />
    </main>
  );
}
