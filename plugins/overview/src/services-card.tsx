import { Card, CardBody, CardTitle } from "@patternfly/react-core/dist/esm/components/Card";
import { Icon } from "@patternfly/react-core/dist/esm/components/Icon";
import { Skeleton } from "@patternfly/react-core/dist/esm/components/Skeleton";
import CheckCircleIcon from "@patternfly/react-icons/dist/esm/icons/check-circle-icon";
import ExclamationCircleIcon from "@patternfly/react-icons/dist/esm/icons/exclamation-circle-icon";

import { gettext as _ } from "../../lib/cockpit";
import type { Services } from "./services";
import { Absent } from "./absent";

/** The services that have failed. */
export function ServicesCard({ services }: { services: Services }) {
  return (
    <Card isCompact>
      <CardTitle component="h2">{_("Services")}</CardTitle>
      <CardBody>
        {services.phase === "loading" && <Skeleton screenreaderText={_("Asking systemd…")} />}
        {services.phase === "absent" && <Absent reason={services.reason}>{_("systemd does not answer on this machine.")}</Absent>}
        {services.phase === "known" && services.failed.length === 0 && (
          <p>
            <Icon status="success" isInline>
              <CheckCircleIcon />
            </Icon>{" "}
            {_("No service has failed.")}
          </p>
        )}
        {services.phase === "known" && services.failed.length > 0 && (
          <ul className="ph-list">
            {services.failed.map(({ name, description }) => (
              <li key={name}>
                <Icon status="danger" isInline>
                  <ExclamationCircleIcon title={_("Failed")} />
                </Icon>{" "}
                <span className="ph-point">{name}</span> {description !== name && <span className="ph-note">{description}</span>}
              </li>
            ))}
          </ul>
        )}
      </CardBody>
    </Card>
  );
}
