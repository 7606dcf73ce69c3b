/** What the process of a back end said last, for whoever mends it. */

import { ExpandableSection } from "@patternfly/react-core/dist/esm/components/ExpandableSection";
import { gettext as _ } from "./cockpit";

/** Folded away; nothing where nothing was said. */
export function LastLines({ stderr }: { stderr: string | undefined }) {
  if (!stderr) return null;
  return (
    <ExpandableSection toggleText={_("Last lines of the back end")} className="ph-last-lines">
      <pre tabIndex={0}>{stderr}</pre>
    </ExpandableSection>
  );
}
