import { Alert } from "@patternfly/react-core/dist/esm/components/Alert";
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { EmptyState, EmptyStateActions, EmptyStateBody, EmptyStateFooter } from "@patternfly/react-core/dist/esm/components/EmptyState";
import { ExpandableSection } from "@patternfly/react-core/dist/esm/components/ExpandableSection";
import { Table, Tbody, Td, Th, Thead, Tr } from "@patternfly/react-table/dist/esm/components/Table";
import SearchIcon from "@patternfly/react-icons/dist/esm/icons/search-icon";
import { format, gettext as _, ngettext } from "../../../lib/cockpit";
import { lookOf } from "../states";
import type { Change, Machine } from "./model";

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
  const changes = Object.entries(followed?.pending ?? {}).sort(([, a], [, b]) => a.order - b.order);
  if (changes.length === 0 || !lookOf(domain.state).live || !domain.persistent) return null;
  const count = changes.length;
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

function PendingTable({ changes }: { changes: readonly [string, Change][] }) {
  return (
    <Table variant="compact" aria-label={_("Changes pending until restart")} className="ph-pending">
      <Thead>
        <Tr><Th>{_("Setting")}</Th><Th>{_("Now")}</Th><Th>{_("After the restart")}</Th></Tr>
      </Thead>
      <Tbody>
        {changes.map(([place, { live, config }]) => (
          <Tr key={place}>
            <Td dataLabel={_("Setting")}><code>{place.replace(/^devices\//, "")}</code></Td>
            <Td dataLabel={_("Now")}>{live ?? _("none")}</Td>
            <Td dataLabel={_("After the restart")}>{config ?? _("none")}</Td>
          </Tr>
        ))}
      </Tbody>
    </Table>
  );
}
