import { useEffect, useState, useSyncExternalStore } from "react";
import { Alert } from "@patternfly/react-core/dist/esm/components/Alert";
import { Skeleton } from "@patternfly/react-core/dist/esm/components/Skeleton";
import { Title } from "@patternfly/react-core/dist/esm/components/Title";

import { format, gettext as _ } from "../../lib/cockpit";
import { dateTime, duration } from "./dates";
import type { Known } from "./facts";
import { hints, type Hint } from "./health";
import type { LoadStore } from "./load";
import { LoginsCard } from "./logins-card";
import type { Logins } from "./logins";
import { PowerButtons } from "./power-buttons";
import type { Power } from "./power";
import type { Pressure } from "./pressure";
import type { ServicesStore } from "./services";
import { ServicesCard } from "./services-card";
import { SpaceCard } from "./space-card";
import { UsageCards } from "./usage-cards";

/** Where the page's contents come from. */
export interface Sources {
  load: LoadStore;
  services: ServicesStore;
  /** Each tells as it learns, until the function that it returns is called. */
  facts(tell: (known: Known) => void): void;
  pressure(tell: (pressure: Pressure) => void): () => void;
  power(): Promise<Power>;
  logins(): Promise<Logins>;
  /** Says to the console what is the matter with the machine. */
  status(hints: readonly Hint[]): void;
}

export function OverviewPage({ sources }: { sources: Sources }) {
  const [facts, setFacts] = useState<Known>({});
  const [pressure, setPressure] = useState<Pressure | null>(null);
  const [power, setPower] = useState<Power | null>(null);
  const [logins, setLogins] = useState<Logins>({ phase: "loading" });
  const load = useSyncExternalStore(sources.load.subscribe, sources.load.getSnapshot);
  const services = useSyncExternalStore(sources.services.subscribe, sources.services.getSnapshot);

  useEffect(() => {
    sources.facts((known) => setFacts((earlier) => ({ ...earlier, ...known })));
    void sources.power().then(setPower);
    void sources.logins().then(setLogins);
    return sources.pressure(setPressure);
  }, [sources]);

  const found = hints(facts, load, pressure, services.phase === "known" ? services.failed.length : 0);
  const told = JSON.stringify(found);
  useEffect(() => sources.status(JSON.parse(told) as Hint[]), [sources, told]);

  return (
    <main className="ph-overview">
      <header className="ph-head">
        <div className="ph-identity">
          <Title headingLevel="h1" size="2xl">
            {facts.hostname ?? _("Overview")}
          </Title>
          <SystemLine facts={facts} />
        </div>
        <PowerButtons power={power} hostname={facts.hostname ?? ""} />
      </header>
      <div className="ph-hints" role="status">
        {found.map(({ id, level, text }) => (
          <Alert key={id} isInline variant={level} component="p" title={text} />
        ))}
        {load.problem && <Alert isInline variant="warning" component="p" title={format(_("Nothing is measured: $0"), load.problem)} />}
      </div>
      <div className="ph-cards">
        <UsageCards facts={facts} load={load} />
      </div>
      <div className="ph-cards ph-wide">
        <SpaceCard spaces={load.spaces} />
        <ServicesCard services={services} />
        <LoginsCard logins={logins} />
      </div>
    </main>
  );
}

/** "Debian GNU/Linux 12 · Linux 6.1.0 · up for 3 days" */
function SystemLine({ facts: { system, kernel, booted } }: { facts: Known }) {
  if (!kernel && !system) return <Skeleton screenreaderText={_("Asking the machine…")} width="20rem" />;
  return (
    <p className="ph-note">
      {[system, kernel && format(_("Linux $0"), kernel)].filter(Boolean).join(" · ")}
      {booted !== undefined && (
        <>
          {" · "}
          <time dateTime={new Date(booted).toISOString()} title={format(_("Since $0"), dateTime(booted))}>
            {format(_("up for $0"), duration(Date.now() - booted))}
          </time>
        </>
      )}
    </p>
  );
}
