import { useSyncExternalStore } from "react";
import { FormSelect, FormSelectOption } from "@patternfly/react-core/dist/esm/components/FormSelect";
import { gettext as _, location } from "../../lib/cockpit";
import type { SavedConnections } from "../../lib/libvirt/saved-connections";

interface ConnectionSelectProps {
  /** As the address has it; "" is the first one. */
  uri: string;
  saved: SavedConnections;
}

/** Which connection the page shows, where the user has added some; the address keeps it. */
export function ConnectionSelect({ uri, saved }: ConnectionSelectProps) {
  const uris = useSyncExternalStore(saved.subscribe, saved.getSnapshot);
  if (uris.length === 0 && !uri) return null;
  const choices = [...new Set([...uris, uri])].filter(Boolean);
  return (
    <FormSelect
      className="ph-connection-select"
      aria-label={_("Connection")}
      value={uri}
      onChange={(_event, chosen) => location().go([], chosen ? { connection: chosen } : {})}
    >
      <FormSelectOption value="" label={_("This host")} />
      {choices.map((each) => <FormSelectOption key={each} value={each} label={each} />)}
    </FormSelect>
  );
}
