import { Alert, AlertActionCloseButton, AlertActionLink, AlertGroup } from "@patternfly/react-core/dist/esm/components/Alert";

import { format, gettext as _ } from "../../lib/cockpit";

interface Props {
  /** The pages that said `oops`. */
  components: string[];
  labelOf(component: string): string;
  onReload(component: string): void;
  onClose(component: string): void;
}

/** Says which pages had an exception that they did not expect. */
export function PageErrors({ components, labelOf, onReload, onClose }: Props) {
  return (
    <AlertGroup isToast isLiveRegion aria-label={_("Pages with errors")}>
      {components.map((component) => (
        <Alert
          key={component}
          component="h2"
          variant="danger"
          title={format(_("“$0” has had an internal error"), labelOf(component))}
          actionClose={<AlertActionCloseButton onClose={() => onClose(component)} />}
          actionLinks={<AlertActionLink onClick={() => onReload(component)}>{_("Load the page anew")}</AlertActionLink>}
        >
          {_("What it shows may be incomplete. Details are in the browser's console.")}
        </Alert>
      ))}
    </AlertGroup>
  );
}
