/** What the list says where it is empty. */

import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { EmptyState, EmptyStateActions, EmptyStateBody, EmptyStateFooter } from "@patternfly/react-core/dist/esm/components/EmptyState";
import SearchIcon from "@patternfly/react-icons/dist/esm/icons/search-icon";
import VirtualMachineIcon from "@patternfly/react-icons/dist/esm/icons/virtual-machine-icon";
import { format, gettext as _ } from "../../lib/cockpit";
import type { ConnectionInfo } from "../../lib/libvirt/model";

export function NoMachines({ connection }: { connection: ConnectionInfo | undefined }) {
  return (
    <EmptyState headingLevel="h2" icon={VirtualMachineIcon} titleText={_("No virtual machines yet")}>
      <EmptyStateBody>
        {connection?.uri
          ? format(_("$0 knows of none. One that is defined there, by whatever program, appears here by itself."), connection.uri)
          : _("One that is defined with libvirt, by whatever program, appears here by itself.")}
      </EmptyStateBody>
    </EmptyState>
  );
}

export function NothingMatches({ onClear }: { onClear(): void }) {
  return (
    <EmptyState headingLevel="h2" icon={SearchIcon} titleText={_("No machine matches")} variant="sm">
      <EmptyStateBody>{_("None has this name or title and this state.")}</EmptyStateBody>
      <EmptyStateFooter>
        <EmptyStateActions>
          <Button variant="link" onClick={onClear}>{_("Clear all filters")}</Button>
        </EmptyStateActions>
      </EmptyStateFooter>
    </EmptyState>
  );
}
