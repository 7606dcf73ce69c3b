import { lazy, Suspense } from "react";
import { Title } from "@patternfly/react-core/dist/esm/components/Title";
import { gettext as _ } from "../../../lib/cockpit";
import type { MachineAddress } from "../details/address";
import type { Backend } from "../details/model";
import { MachineGone } from "../details/machine-notices";
import { useMachine } from "../details/use-machine";
import { StateLabel } from "../state-label";

const ConsoleTab = lazy(() => import("./console-tab"));

/** A machine's console and nothing else. */
export function ConsoleWindow({ backend, address }: { backend: Backend; address: MachineAddress }) {
  const { machine, lost, gone, failure } = useMachine(backend, address.id);
  return (
    <main className="ph-scroll">
      <div className="ph-page ph-details ph-detached">
        <header className="ph-header">
          <Title headingLevel="h1" size="xl"><bdi>{machine?.domain.name ?? _("Console")}</bdi></Title>
          {machine && <StateLabel domain={machine.domain} asked={undefined} />}
        </header>
        {lost !== undefined && <p role="alert">{lost || _("The connection was lost; trying again…")}</p>}
        {gone && <MachineGone id={address.id} uri={address.connection} failure={failure} />}
        {machine && <Suspense><ConsoleTab machine={machine} detached /></Suspense>}
      </div>
    </main>
  );
}
