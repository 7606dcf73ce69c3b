import { Card, CardBody, CardTitle } from "@patternfly/react-core/dist/esm/components/Card";
import { Skeleton } from "@patternfly/react-core/dist/esm/components/Skeleton";

import { format, gettext as _ } from "../../lib/cockpit";
import { Absent } from "./absent";
import { dateTime } from "./dates";
import type { Login, Logins } from "./logins";

/** Who logged in last. */
export function LoginsCard({ logins }: { logins: Logins }) {
  return (
    <Card isCompact>
      <CardTitle component="h2">{_("Last logins")}</CardTitle>
      <CardBody>
        {logins.phase === "loading" && <Skeleton screenreaderText={_("Asking who logged in…")} />}
        {logins.phase === "absent" && <Absent reason={logins.reason}>{_("This machine does not tell who logged in.")}</Absent>}
        {logins.phase === "known" && logins.logins.length === 0 && <p>{_("No login is on record.")}</p>}
        {logins.phase === "known" && logins.logins.length > 0 && (
          <ul className="ph-list">
            {logins.logins.map((login, index) => (
              <li key={index}>
                <LoginLine {...login} />
              </li>
            ))}
          </ul>
        )}
      </CardBody>
    </Card>
  );
}

function LoginLine({ user, from, at, present }: Login) {
  return (
    <>
      <span className="ph-point">{user}</span>{" "}
      <span className="ph-note">
        {from ? format(_("from $0, $1"), from, dateTime(at)) : dateTime(at)}
        {present && ` · ${_("still logged in")}`}
      </span>
    </>
  );
}
