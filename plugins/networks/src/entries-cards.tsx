import { useState } from "react";
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { Tooltip } from "@patternfly/react-core/dist/esm/components/Tooltip";
import { Table, Tbody, Td, Th, Thead, Tr } from "@patternfly/react-table/dist/esm/components/Table";
import { format, gettext as _ } from "../../lib/cockpit";
import { InfoCard } from "../../lib/libvirt/info-card";
import { refusal } from "../../lib/libvirt/model";
import { ENTRIES, nameOf, shownIn } from "./entries";
import { EntryDialog, RemoveDialog } from "./entry-dialogs";
import { MODES } from "./modes";
import type { Entry, FollowedNetwork, Section } from "./model";
import type { Shown } from "./network-actions";

/** Ranges, static hosts and names: what can be changed while the network runs. */
export function EntriesCards({ followed, ...shown }: Shown & { followed: FollowedNetwork }) {
  if (!MODES[shown.network.mode]?.own) return null;
  const hasSubnet = Boolean(followed.settings.ipv4 || followed.settings.ipv6);
  return (
    <>
      {hasSubnet && <EntriesCard {...shown} section="range" entries={Object.values(followed.ranges ?? {})} />}
      {followed.settings.dns !== false && <EntriesCard {...shown} section="dns_host" entries={Object.values(followed.dns_hosts ?? {})} />}
      {hasSubnet && <EntriesCard {...shown} section="host" entries={Object.values(followed.hosts ?? {})} />}
    </>
  );
}

type Open = { kind: "add" } | { kind: "edit" | "remove"; entry: Entry };

function EntriesCard({ section, entries, ...shown }: Shown & { section: Section; entries: readonly Entry[] }) {
  const { title, empty, add, fields } = ENTRIES[section];
  const [open, setOpen] = useState<Open | null>(null);
  const refused = refusal(shown, "network_update");
  const adding = (
    <Button variant="secondary" size="sm" isDisabled={!shown.enabled} isAriaDisabled={Boolean(refused)} onClick={() => setOpen({ kind: "add" })}>{_(add)}</Button>
  );
  const columns = fields.filter(({ name }, index) => index === 0 || entries.some((entry) => shownIn(entry, name)));
  return (
    <InfoCard title={_(title)} actions={refused ? <Tooltip content={refused}>{adding}</Tooltip> : adding} wide={section !== "range"}>
      {entries.length === 0 ? (
        <p className="ph-note">{_(empty)}</p>
      ) : (
        <div className="ph-long">
          <Table variant="compact" borders={false} aria-label={_(title)}>
            <Thead>
              <Tr>{columns.map(({ name, label }) => <Th key={name} modifier="wrap">{_(label)}</Th>)}<Th screenReaderText={_("Actions")} /></Tr>
            </Thead>
            <Tbody>
              {entries.map((entry) => (
                <Tr key={nameOf(section, entry)} data-entry={nameOf(section, entry)}>
                  {columns.map(({ name, label }) => <Td key={name} dataLabel={_(label)} modifier="breakWord">{shownIn(entry, name)}</Td>)}
                  <Td modifier="nowrap" className="ph-entry-actions">
                    {(["edit", "remove"] as const).map((kind) => (
                      <Button
                        key={kind}
                        variant="link"
                        size="sm"
                        aria-label={format(kind === "edit" ? _("Edit $0") : _("Remove $0"), nameOf(section, entry))}
                        isDisabled={!shown.enabled || refused !== undefined}
                        onClick={() => setOpen({ kind, entry })}
                      >
                        {kind === "edit" ? _("Edit") : _("Remove")}
                      </Button>
                    ))}
                  </Td>
                </Tr>
              ))}
            </Tbody>
          </Table>
        </div>
      )}
      {open && open.kind !== "remove" && (
        <EntryDialog backend={shown.backend} id={shown.id} section={section} edited={open.kind === "edit" ? open.entry : undefined} onClose={() => setOpen(null)} />
      )}
      {open?.kind === "remove" && <RemoveDialog backend={shown.backend} id={shown.id} section={section} entry={open.entry} onClose={() => setOpen(null)} />}
    </InfoCard>
  );
}
