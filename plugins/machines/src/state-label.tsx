import type { ComponentType } from "react";
import { Label } from "@patternfly/react-core/dist/esm/components/Label";
import { Spinner } from "@patternfly/react-core/dist/esm/components/Spinner";
import ExclamationCircleIcon from "@patternfly/react-icons/dist/esm/icons/exclamation-circle-icon";
import MoonIcon from "@patternfly/react-icons/dist/esm/icons/moon-icon";
import PauseIcon from "@patternfly/react-icons/dist/esm/icons/pause-icon";
import PlayIcon from "@patternfly/react-icons/dist/esm/icons/play-icon";
import PowerOffIcon from "@patternfly/react-icons/dist/esm/icons/power-off-icon";
import QuestionCircleIcon from "@patternfly/react-icons/dist/esm/icons/question-circle-icon";
import { gettext as _ } from "../../lib/cockpit";
import type { Asked } from "./action-runner";
import type { Domain } from "./model";
import { type StateLook, lookOf, reasonOf } from "./states";

const ICONS: Readonly<Record<StateLook["icon"], ComponentType>> = {
  play: PlayIcon,
  pause: PauseIcon,
  sleep: MoonIcon,
  busy: () => <Spinner size="sm" aria-hidden="true" role="presentation" />,
  off: PowerOffIcon,
  crash: ExclamationCircleIcon,
  unknown: QuestionCircleIcon,
};

/** The state in words, colour and shape, and below it why, or what the guest was asked to do. */
export function StateLabel({ domain, asked }: { domain: Domain; asked: Asked | undefined }) {
  const look = lookOf(domain.state);
  const Icon = ICONS[look.icon];
  const note = asked?.action.asked ? _(asked.action.asked) : reasonOf(domain);
  return (
    <>
      <Label color={look.color} icon={<Icon />} isCompact>{_(look.label)}</Label>
      {note && <div className="ph-note">{note}</div>}
    </>
  );
}
