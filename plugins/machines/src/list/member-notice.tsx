import { useEffect } from "react";
import { Alert, AlertActionLink } from "@patternfly/react-core/dist/esm/components/Alert";
import { format, gettext as _ } from "../../../lib/cockpit";
import type { Samples } from "../model";
import { ConnectionFailed, StaleNotice } from "../../../lib/libvirt/connection-notices";
import { NoMachines } from "../notices";
import { type Member, uriOf } from "./fleet";
import { healthOf } from "../../../lib/libvirt/health";

const NO_SAMPLES: Samples = {};

interface MemberNoticeProps {
  member: Member;
  /** Whether there is nothing else on the page. */
  alone: boolean;
  samples: { take(rows: Samples, id: string): void };
  onRetry(): void;
}

/** What is to be said of a connection whose machines are not all there, and up to date. */
export function MemberNotice({ member, alone, samples, onRetry }: MemberNoticeProps) {
  const { id, snapshot } = member;
  const health = healthOf(snapshot, snapshot.state.domains);
  const stale = health.kind === "stale";
  useEffect(() => {
    if (stale) samples.take(NO_SAMPLES, id);
  }, [stale, samples, id]);
  const retry = snapshot.status.phase === "closed" ? onRetry : undefined;
  const { connection } = snapshot.state;
  if (health.kind === "stale") return <StaleNotice {...health} onRetry={retry} />;
  if (alone && health.kind === "failed") {
    return <ConnectionFailed {...health} title={_("The list of machines cannot be had")} uri={connection?.uri} onRetry={retry} />;
  }
  if (alone && health.kind === "empty") return <NoMachines connection={connection} />;
  if (health.kind !== "failed") return null;
  return (
    <Alert
      variant="warning"
      isInline
      isLiveRegion
      component="h2"
      title={format(_("$0 does not answer"), uriOf(member))}
      actionLinks={retry && <AlertActionLink onClick={retry}>{_("Try again")}</AlertActionLink>}
    >
      {health.message}
    </Alert>
  );
}
