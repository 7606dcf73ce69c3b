import { useState } from "react";
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { ActionGroup, Form, FormGroup, FormHelperText } from "@patternfly/react-core/dist/esm/components/Form";
import { HelperText, HelperTextItem } from "@patternfly/react-core/dist/esm/components/HelperText";
import { TextInput } from "@patternfly/react-core/dist/esm/components/TextInput";
import { gettext as _ } from "../../../lib/cockpit";

/** Asks for a screen's password; `wrong` where the last one was not accepted. */
export function UnlockForm({ wrong, onUnlock }: { wrong: boolean; onUnlock(password: string): void }) {
  const [password, setPassword] = useState("");
  return (
    <Form
      className="ph-unlock"
      onSubmit={(event) => {
        event.preventDefault();
        if (password) onUnlock(password);
        setPassword("");
      }}
    >
      <FormGroup label={_("Password of the screen")} fieldId="vnc-password">
        <TextInput
          id="vnc-password"
          type="password"
          autoComplete="off"
          aria-describedby="vnc-password-said"
          value={password}
          validated={wrong && password === "" ? "error" : "default"}
          onChange={(_event, value) => setPassword(value)}
          autoFocus
        />
        <FormHelperText>
          <HelperText id="vnc-password-said" isLiveRegion>
            {wrong ? (
              <HelperTextItem variant="error">{_("The password was not accepted. Try another one.")}</HelperTextItem>
            ) : (
              <HelperTextItem>{_("It is sent to the machine's screen alone, and kept nowhere.")}</HelperTextItem>
            )}
          </HelperText>
        </FormHelperText>
      </FormGroup>
      <ActionGroup><Button type="submit" isDisabled={password === ""}>{_("Connect")}</Button></ActionGroup>
    </Form>
  );
}
