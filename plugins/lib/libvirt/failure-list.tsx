import { Alert, AlertActionCloseButton, AlertGroup } from "@patternfly/react-core/dist/esm/components/Alert";
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { format, gettext as _, ngettext } from "../cockpit";

/** An action that failed: what did not work, and why. */
export interface Failure {
  readonly id: number;
  readonly title: string;
  readonly message: string;
}

const MOST_FAILURES = 4;

interface FailureListProps {
  failures: readonly Failure[];
  onDismiss(id: number): void;
  onDismissAll(): void;
}

export function FailureList({ failures, onDismiss, onDismissAll }: FailureListProps) {
  const more = failures.length - MOST_FAILURES;
  return (
    <AlertGroup isLiveRegion aria-label={_("Failed actions")} className="ph-failures">
      {failures.slice(0, MOST_FAILURES).map(({ id, title, message }) => (
        <Alert
          key={id}
          variant="danger"
          isInline
          component="h2"
          title={<bdi>{title}</bdi>}
          actionClose={<AlertActionCloseButton onClose={() => onDismiss(id)} />}
        >
          {message}
        </Alert>
      ))}
      {failures.length > 1 && (
        <Button key="all" variant="link" isInline onClick={onDismissAll}>
          {more > 0 ? format(ngettext("Dismiss all, and $0 more", "Dismiss all, and $0 more", more), more) : _("Dismiss all")}
        </Button>
      )}
    </AlertGroup>
  );
}
