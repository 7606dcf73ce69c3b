import { useEffect, useEffectEvent, useRef, useState } from "react";
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { Modal, ModalBody, ModalFooter, ModalHeader } from "@patternfly/react-core/dist/esm/components/Modal";
import { Spinner } from "@patternfly/react-core/dist/esm/components/Spinner";

import { gettext as _, message } from "../../lib/cockpit";
import { application, transport, urlRoot, type Closed } from "../../base1/src/connection";
import { pageRoot } from "./address";
import { look, Reconnect, type Verdict } from "./reconnect";

interface Props {
  reason: Closed;
  /** It is back, and the login still counts. */
  onBack(): void;
}

/** Says that the gateway is gone and keeps trying. */
export function LostConnection({ reason, onBack }: Props) {
  const [verdict, setVerdict] = useState<Verdict | null>(reason.problem === "no-session" ? "login-needed" : null);
  const [trying, setTrying] = useState(false);
  const reconnect = useRef<Reconnect | null>(null);
  const back = useEffectEvent(onBack);

  useEffect(() => {
    if (verdict) return;
    const everOpen = transport.csrf_token !== "";
    const running = new Reconnect(
      (found) => {
        if (found === "back") back();
        else setVerdict(found);
      },
      () => look(everOpen),
    );
    reconnect.current = running;
    return () => running.end();
  }, [verdict]);

  const tryNow = async () => {
    setTrying(true);
    await reconnect.current?.now();
    setTrying(false);
  };

  return (
    <Modal isOpen variant="small" aria-labelledby="lost-title" aria-describedby="lost-body">
      {verdict === "origin" || verdict === "proxy" ? (
        <>
          <ModalHeader title={_("The console cannot be used at this address")} titleIconVariant="danger" labelId="lost-title" />
          <ModalBody id="lost-body">
            {verdict === "origin"
              ? _("You are logged in, but the console refuses connections of pages of this address. Behind a proxy, the administrator has to set it up for this address; the console's log says how.")
              : _("You are logged in, but no connection comes through. A proxy in between has to let WebSockets pass.")}
          </ModalBody>
          <ModalFooter>
            <Button onClick={() => window.location.reload()}>{_("Try again")}</Button>
          </ModalFooter>
        </>
      ) : verdict === "login-needed" ? (
        <>
          <ModalHeader title={_("Your session has ended")} titleIconVariant="info" labelId="lost-title" />
          <ModalBody id="lost-body">
            {_("The server is there, but it no longer knows this login. For a new link run this on the machine:")}
            <pre className="ph-command">
              <code>pilothouse login-url</code>
            </pre>
          </ModalBody>
          <ModalFooter>
            <Button onClick={() => window.location.assign(`${pageRoot(urlRoot(), application())}/`)}>{_("Go to the login page")}</Button>
          </ModalFooter>
        </>
      ) : (
        <>
          <ModalHeader title={_("Disconnected")} titleIconVariant="warning" labelId="lost-title" />
          <ModalBody id="lost-body">
            <p>{message(reason)}</p>
            <p className="ph-retrying" role="status">
              <Spinner size="md" aria-hidden /> {_("Trying to reach the server again…")}
            </p>
          </ModalBody>
          <ModalFooter>
            <Button onClick={() => void tryNow()} isLoading={trying} isDisabled={trying}>
              {_("Try now")}
            </Button>
          </ModalFooter>
        </>
      )}
    </Modal>
  );
}
