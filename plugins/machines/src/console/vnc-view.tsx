import { type ReactNode, useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import { Alert } from "@patternfly/react-core/dist/esm/components/Alert";
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { FormGroup } from "@patternfly/react-core/dist/esm/components/Form";
import { FormSelect, FormSelectOption } from "@patternfly/react-core/dist/esm/components/FormSelect";
import { Spinner } from "@patternfly/react-core/dist/esm/components/Spinner";
import { TextArea } from "@patternfly/react-core/dist/esm/components/TextArea";
import { channel, gettext as _, type JsonObject } from "../../../lib/cockpit";
import { FormDialog } from "../../../lib/libvirt/form-dialog";
import { download } from "./download";
import { isFullScreen, onFullScreen } from "./full-screen";
import { KeysMenu } from "./keys-menu";
import { UnlockForm } from "./unlock-form";
import { type Scaling, VncSession, type VncState } from "./vnc-session";

interface VncViewProps {
  /** Where the screen is; the same object as long as it is the same. */
  place: JsonObject;
  name: string;
  /** The screen's password, where libvirt tells it. */
  askPassword(): Promise<string>;
  /** What else the toolbar has. */
  tools?: ReactNode;
}

/** A machine's screen, its keyboard and mouse. */
export function VncView({ place, name, askPassword, tools }: VncViewProps) {
  const asking = useRef(askPassword);
  asking.current = askPassword;
  const session = useMemo(() => new VncSession(channel, () => asking.current()), []);
  const state = useSyncExternalStore(session.subscribe, session.getSnapshot);
  const [scaling, setScaling] = useState<Scaling>("fit");
  const [typing, setTyping] = useState(false);
  const full = useSyncExternalStore(onFullScreen, isFullScreen);
  const screen = useRef<HTMLDivElement>(null);
  const where = JSON.stringify(place);

  useEffect(() => {
    if (!screen.current) return;
    session.start(screen.current, JSON.parse(where) as JsonObject);
    return () => session.stop();
  }, [session, where]);

  useEffect(() => {
    if (full) session.focus();
  }, [full, session]);

  const scale = (value: Scaling) => {
    session.scaling = value;
    setScaling(value);
  };
  const takePicture = async () => {
    const picture = await session.picture();
    if (picture) download(picture, `${name.replace(/[^\p{L}\p{N}._-]+/gu, "_").slice(0, 100) || "screen"}.png`);
  };
  const connected = state.phase === "connected";

  return (
    <div className="ph-console" data-phase={state.phase}>
      <div className="ph-tab-tools" role="group" aria-label={_("Screen")}>
        <FormSelect className="ph-scaling" aria-label={_("Size of the screen")} value={scaling} onChange={(_event, value) => scale(value as Scaling)}>
          <FormSelectOption value="fit" label={_("Fit to the window")} />
          <FormSelectOption value="none" label={_("Actual size")} />
          <FormSelectOption value="guest" label={_("Resize the guest's screen")} />
        </FormSelect>
        <KeysMenu isDisabled={!connected} onPress={(keys) => { session.press(keys); session.focus(); }} />
        <Button variant="secondary" isDisabled={!connected} onClick={() => setTyping(true)}>{_("Type text…")}</Button>
        <Button variant="secondary" isDisabled={!connected} onClick={() => void takePicture()}>{_("Screenshot")}</Button>
        {tools}
      </div>
      <ScreenState state={state} onUnlock={(password) => session.unlock(password)} />
      <div className={`ph-vnc ph-vnc-${scaling}`} ref={screen} hidden={state.phase === "locked"} role="application" aria-label={_("The machine's screen")} />
      {typing && <TypeDialog onType={(text) => session.type(text)} onClose={() => setTyping(false)} />}
    </div>
  );
}

function ScreenState({ state, onUnlock }: { state: VncState; onUnlock(password: string): void }) {
  if (state.phase === "connecting") return <p role="status"><Spinner size="md" aria-hidden="true" role="presentation" /> {_("Connecting to the screen…")}</p>;
  if (state.phase === "lost") {
    return (
      <Alert variant="warning" isInline isLiveRegion component="h2" title={_("The screen was lost; trying again…")}>
        {state.message}
      </Alert>
    );
  }
  return state.phase === "locked" && <UnlockForm wrong={state.wrong} onUnlock={onUnlock} />;
}

function TypeDialog({ onType, onClose }: { onType(text: string): void; onClose(): void }) {
  const [text, setText] = useState("");
  return (
    <FormDialog
      title={_("Type text")}
      label={_("Type it")}
      isIncomplete={text === ""}
      onConfirm={async () => onType(text)}
      onClose={onClose}
    >
      <FormGroup label={_("Text")} fieldId="typed">
        <TextArea id="typed" value={text} onChange={(_event, value) => setText(value)} rows={5} resizeOrientation="vertical" autoFocus />
        <p className="ph-note">{_("It is typed with the keyboard of the machine, key by key. Where the guest has another keyboard layout, other characters come out.")}</p>
      </FormGroup>
    </FormDialog>
  );
}
