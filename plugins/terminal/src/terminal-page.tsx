import { useCallback, useRef, useState, useSyncExternalStore } from "react";
import type { Terminal } from "@xterm/xterm";
import { Alert, AlertActionLink } from "@patternfly/react-core/dist/esm/components/Alert";
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { Modal, ModalBody, ModalFooter, ModalHeader } from "@patternfly/react-core/dist/esm/components/Modal";
import { Title } from "@patternfly/react-core/dist/esm/components/Title";
import { gettext as _ } from "../../lib/cockpit";
import { outcome } from "./outcome";
import { Screen } from "./screen";
import { type Settings, loadSettings, saveSettings } from "./settings";
import type { ShellSession } from "./shell-session";
import { TerminalToolbar } from "./terminal-toolbar";

/** A shell of the logged-in user. */
export function TerminalPage({ session }: { session: ShellSession }) {
  const state = useSyncExternalStore(session.subscribe, session.getSnapshot);
  const [settings, setSettings] = useState(loadSettings);
  const [asking, setAsking] = useState(false);
  const terminal = useRef<Terminal | null>(null);
  const resetButton = useRef<HTMLButtonElement>(null);

  const change = (part: Partial<Settings>) => {
    const next = { ...settings, ...part };
    saveSettings(next);
    setSettings(next);
  };
  const restart = useCallback(() => {
    setAsking(false);
    terminal.current?.reset();
    void session.start();
    // A dialog that closes puts the focus back where it was; this comes after it.
    setTimeout(() => terminal.current?.focus());
  }, [session]);

  return (
    <main className="ph-terminal">
      <header className="ph-bar">
        <Title headingLevel="h1" size="lg">{_("Terminal")}</Title>
        <p className="ph-hint">
          <Keys keys={["Ctrl", "Shift", "⌫"]} spoken={_("Control, Shift, Backspace")} /> {_("leaves the terminal")}
        </p>
        <TerminalToolbar
          settings={settings}
          resetButton={resetButton}
          onChange={change}
          onReset={() => (state.phase === "running" ? setAsking(true) : restart())}
        />
      </header>
      {state.phase === "ended" && <Ended {...outcome(state.closed)} onRestart={restart} />}
      <Screen session={session} settings={settings} terminal={terminal} onLeave={() => resetButton.current?.focus()} />
      <Modal
        variant="small"
        isOpen={asking}
        onClose={() => setAsking(false)}
        aria-labelledby="reset-title"
        aria-describedby="reset-body"
      >
        <ModalHeader titleIconVariant="warning" labelId="reset-title" title={_("Reset the terminal?")} />
        <ModalBody id="reset-body">
          {_("The shell and what runs in it are ended, and the screen with its history is cleared. Then a new shell starts.")}
        </ModalBody>
        <ModalFooter>
          <Button variant="danger" onClick={restart}>{_("Reset")}</Button>
          <Button variant="link" onClick={() => setAsking(false)}>{_("Cancel")}</Button>
        </ModalFooter>
      </Modal>
    </main>
  );
}

function Ended({ ok, text, onRestart }: { ok: boolean; text: string; onRestart(): void }) {
  return (
    <div className="ph-ended">
      <Alert
        variant={ok ? "info" : "warning"}
        isInline
        isLiveRegion
        component="h2"
        title={text}
        actionLinks={<AlertActionLink onClick={onRestart}>{_("Restart")}</AlertActionLink>}
      />
    </div>
  );
}

function Keys({ keys, spoken }: { keys: readonly string[]; spoken: string }) {
  return (
    <>
      <span className="pf-v6-screen-reader">{spoken}</span>
      <span aria-hidden="true">
        {keys.map((key, index) => (
          <span key={key}>{index > 0 && "+"}<kbd>{key}</kbd></span>
        ))}
      </span>
    </>
  );
}
