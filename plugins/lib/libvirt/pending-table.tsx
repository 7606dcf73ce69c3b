import { Table, Tbody, Td, Th, Thead, Tr } from "@patternfly/react-table/dist/esm/components/Table";
import { gettext as _ } from "../cockpit";

/** One difference between what runs and what the next start will use. */
export interface Change {
  readonly order: number;
  readonly live?: string;
  readonly config?: string;
}

export type Changes = Readonly<Record<string, Change>>;

/** The differences in the order of the XML, by their place in it. */
export function PendingTable({ changes }: { changes: Changes }) {
  const ordered = Object.entries(changes).sort(([, a], [, b]) => a.order - b.order);
  return (
    <Table variant="compact" aria-label={_("Changes pending until restart")} className="ph-pending">
      <Thead>
        <Tr><Th>{_("Setting")}</Th><Th>{_("Now")}</Th><Th>{_("After the restart")}</Th></Tr>
      </Thead>
      <Tbody>
        {ordered.map(([place, { live, config }]) => (
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
