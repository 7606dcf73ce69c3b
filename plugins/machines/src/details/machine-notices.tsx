import { Alert } from "@patternfly/react-core/dist/esm/components/Alert";
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { EmptyState, EmptyStateActions, EmptyStateBody, EmptyStateFooter } from "@patternfly/react-core/dist/esm/components/EmptyState";
import { ExpandableSection } from "@patternfly/react-core/dist/esm/components/ExpandableSection";
import SearchIcon from "@patternfly/react-icons/dist/esm/icons/search-icon";
import { format, gettext as _, ngettext } from "../../../lib/cockpit";
import { lookOf } from "../states";
import { PendingTable } from "../../../lib/libvirt/pending-table";
import type { Machine } from "./model";

/** The address names a machine that there is not, or not any more. */
export function MachineGone({ id, uri, failure }: { id: string; uri: string | undefined; failure: string }) {
  return (
    <EmptyState headingLevel="h2" icon={SearchIcon} titleText={_("This machine does not exist")}>
      <EmptyStateBody>
        <p>{_("There is none with this UUID. It may have been deleted meanwhile, or it belongs to another connection.")}</p>
        <p className="ph-note">{[id, uri].filter(Boolean).join(" · ")}</p>
        {failure && <p className="ph-note">{failure}</p>}
      </EmptyStateBody>
      <EmptyStateFooter>
        <EmptyStateActions>
          <Button variant="link" component="a" href="#/">{_("All virtual machines")}</Button>
        </EmptyStateActions>
      </EmptyStateFooter>
    </EmptyState>
  );
}

/** What a restart will change, where something does. */
export function PendingNotice({ machine: { domain, followed } }: { machine: Machine }) {
  const changes = followed?.pending ?? {};
  const count = Object.keys(changes).length;
  if (count === 0 || !lookOf(domain.state).live || !domain.persistent) return null;
  return (
    <Alert variant="info" isInline component="h2" title={_("Changes pending until restart")}>
      <p>
        {format(
          ngettext(
            "$0 setting of the stored definition differs from what runs. It takes effect when the machine is shut down and started; a reboot is not enough.",
            "$0 settings of the stored definition differ from what runs. They take effect when the machine is shut down and started; a reboot is not enough.",
            count,
          ),
          count,
        )}
      </p>
      <ExpandableSection toggleText={_("What will change")}>
        <PendingTable changes={changes} />
      </ExpandableSection>
    </Alert>
  );
}
