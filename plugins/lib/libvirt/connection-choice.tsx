import { FormSelect, FormSelectOption } from "@patternfly/react-core/dist/esm/components/FormSelect";
import { useSyncExternalStore } from "react";
import { gettext as _ } from "../cockpit";
import type { SavedConnections } from "./saved-connections";

interface ConnectionChoiceProps {
  saved: SavedConnections;
  /** The one on show; "" is the back end's own choice. */
  value: string;
  /** What that is. */
  first: string | undefined;
  onChoose(uri: string): void;
}

/** Which connection the page shows; nothing where there is one alone. */
export function ConnectionChoice({ saved, value, first, onChoose }: ConnectionChoiceProps) {
  const uris = useSyncExternalStore(saved.subscribe, saved.getSnapshot);
  const others = value && !uris.includes(value) ? [...uris, value] : uris;
  if (others.length === 0) return null;
  return (
    <FormSelect className="ph-connection-choice" aria-label={_("Connection")} value={value} onChange={(_event, uri) => onChoose(uri)}>
      <FormSelectOption value="" label={(!value && first) || _("This host")} />
      {others.map((uri) => <FormSelectOption key={uri} value={uri} label={uri} />)}
    </FormSelect>
  );
}
