import { Alert, AlertActionCloseButton, AlertActionLink, AlertGroup } from "@patternfly/react-core/dist/esm/components/Alert";

import { format, gettext as _ } from "../../lib/cockpit";
import { useLanguage } from "../../lib/page";

/** component -> what went wrong there, each thing once. */
export type Failures = Readonly<Record<string, readonly string[]>>;

interface Props {
  failures: Failures;
  labelOf(component: string): string;
  onReload(component: string): void;
  onClose(component: string): void;
}

const MOST_REASONS = 5;

/** The failures with one more. */
export function failedAlso(failures: Failures, component: string, reason: string): Failures {
  const known = failures[component] ?? [];
  return known.includes(reason) || known.length >= MOST_REASONS ? failures : { ...failures, [component]: [...known, reason] };
}

/** Says which plugins' pages failed, and why. */
export function PageErrors({ failures, labelOf, onReload, onClose }: Props) {
  useLanguage();
  return (
    <AlertGroup isToast isLiveRegion aria-label={_("Pages with errors")}>
      {Object.entries(failures).map(([component, reasons]) => (
        <Alert
          key={component}
          component="h2"
          variant="danger"
          title={format(_("“$0” has had an internal error"), labelOf(component))}
          actionClose={<AlertActionCloseButton onClose={() => onClose(component)} />}
          actionLinks={<AlertActionLink onClick={() => onReload(component)}>{_("Load the page anew")}</AlertActionLink>}
        >
          <p>{format(_("Plugin: $0"), component.split("/")[0])}</p>
          {reasons.filter(Boolean).map((reason) => (
            <p key={reason} className="ph-reason">
              {reason}
            </p>
          ))}
          <p>{_("What it shows may be incomplete. Details are in the browser's console.")}</p>
        </Alert>
      ))}
    </AlertGroup>
  );
}
