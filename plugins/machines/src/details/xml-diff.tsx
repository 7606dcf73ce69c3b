import { useMemo } from "react";
import { gettext as _ } from "../../../lib/cockpit";
import { lineDiff, withContext } from "./line-diff";

const MARKS = { same: " ", removed: "−", added: "+" } as const;

/** The lines that two texts differ in, in colours and with signs. */
export function XmlDiff({ before, after }: { before: string; after: string }) {
  const lines = useMemo(() => withContext(lineDiff(before.trimEnd(), after.trimEnd())), [before, after]);
  if (before.trimEnd() === after.trimEnd()) return <p>{_("There is no difference.")}</p>;
  return (
    <div className="ph-diff" role="region" aria-label={_("Difference")} tabIndex={0}>
      {lines.map((line, index) =>
        line === null ? (
          <div key={index} className="ph-gap">⋯</div>
        ) : (
          <div key={index} className={`ph-${line.kind}`}>
            <span aria-hidden="true">{MARKS[line.kind]} </span>
            {line.kind !== "same" && <span className="pf-v6-screen-reader">{line.kind === "added" ? _("Added:") : _("Removed:")}</span>}
            {line.text}
          </div>
        ),
      )}
    </div>
  );
}
