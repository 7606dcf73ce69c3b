import { useEffect, useState } from "react";
import { Alert } from "@patternfly/react-core/dist/esm/components/Alert";
import { Label } from "@patternfly/react-core/dist/esm/components/Label";
import { Table, Tbody, Td, Th, Thead, Tr } from "@patternfly/react-table/dist/esm/components/Table";
import { gettext as _, type JsonObject } from "../../../lib/cockpit";
import { when } from "./snapshots-tab";
import { methodLabel } from "./method-labels";
import type { Machine } from "./model";

interface Entry {
  readonly at: number;
  readonly method: string;
  readonly params: JsonObject;
  readonly failure: string;
  readonly person: string;
}

/** What was done to the machine through this console. */
export function LogTab({ machine }: { machine: Machine }) {
  const { backend, id, enabled, domain, followed } = machine;
  const [entries, setEntries] = useState<readonly Entry[] | null>(null);
  const [failure, setFailure] = useState("");
  // Whatever is done changes one of them.
  useEffect(() => {
    if (!enabled) return;
    let current = true;
    backend.call<Entry[]>("log", { key: id }).then(
      (found) => current && setEntries(found),
      (error: unknown) => current && setFailure(error instanceof Error ? error.message : String(error)),
    );
    return () => {
      current = false;
    };
  }, [backend, id, enabled, domain, followed]);

  if (failure) return <Alert variant="warning" isInline component="h2" title={failure} />;
  return (
    <>
      <p className="ph-note">{_("What was done to this machine through this console, by whoever has the same rights. What other programs do is not in it.")}</p>
      {entries?.length === 0 && <p>{_("Nothing yet.")}</p>}
      {entries !== null && entries.length > 0 && (
        <Table variant="compact" aria-label={_("Log")} className="ph-log">
          <Thead>
            <Tr><Th>{_("When")}</Th><Th>{_("What")}</Th><Th>{_("Who")}</Th><Th>{_("Outcome")}</Th></Tr>
          </Thead>
          <Tbody>
            {entries.map((entry, index) => (
              <Tr key={`${entry.at} ${index}`}>
                <Td dataLabel={_("When")}>{when(entry.at)}</Td>
                <Td dataLabel={_("What")} modifier="breakWord">{methodLabel(entry.method)} <bdi className="ph-note">{detail(entry.params)}</bdi></Td>
                <Td dataLabel={_("Who")} modifier="breakWord"><bdi>{entry.person}</bdi></Td>
                <Td dataLabel={_("Outcome")} modifier="breakWord">
                  {entry.failure ? <><Label isCompact color="red">{_("Failed")}</Label> {entry.failure}</> : <Label isCompact color="green">{_("Done")}</Label>}
                </Td>
              </Tr>
            ))}
          </Tbody>
        </Table>
      )}
    </>
  );
}

/** What it was done with, in a line: names and choices as they were given. */
function detail(params: JsonObject): string {
  return Object.values(params).flat().filter((value) => typeof value === "string").join(", ");
}
