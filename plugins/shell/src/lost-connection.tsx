import { useEffect, useRef, useState } from "react";
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { Modal, ModalBody, ModalFooter, ModalHeader } from "@patternfly/react-core/dist/esm/components/Modal";
import { Spinner } from "@patternfly/react-core/dist/esm/components/Spinner";

import { gettext as _, message } from "../../lib/cockpit";
import { urlRoot, type Closed } from "../../base1/src/connection";
import { Reconnect } from "./reconnect";

/** Says that the gateway is gone and keeps trying; the page is loaded anew when it is back and the login still counts. */
export function LostConnection({ reason }: { reason: Closed }) {
  const [loginNeeded, setLoginNeeded] = useState(reason.problem === "no-session");
  const [trying, setTrying] = useState(false);
  const reconnect = useRef<Reconnect | null>(null);

  useEffect(() => {
    if (loginNeeded) return;
    const running = new Reconnect((verdict) => {
      if (verdict === "back") window.location.reload();
      else setLoginNeeded(true);
    });
    reconnect.current = running;
    return () => running.end();
  }, [loginNeeded]);

  const tryNow = async () => {
    setTrying(true);
    await reconnect.current?.now();
    setTrying(false);
  };

  return (
    <Modal isOpen variant="small" aria-labelledby="lost-title" aria-describedby="lost-body">
      {loginNeeded ? (
        <>
          <ModalHeader title={_("Your session has ended")} titleIconVariant="info" labelId="lost-title" />
          <ModalBody id="lost-body">
            {_("The server is there, but it no longer knows this login. For a new link run this on the machine:")}
            <pre className="ph-command">
              <code>pilothouse login-url</code>
            </pre>
          </ModalBody>
          <ModalFooter>
            <Button onClick={() => window.location.assign(`${urlRoot()}/`)}>{_("Go to the login page")}</Button>
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
