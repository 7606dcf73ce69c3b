import { type ReactNode, useEffect, useMemo, useRef, useSyncExternalStore } from "react";
import { FitAddon } from "@xterm/addon-fit";
import { Terminal } from "@xterm/xterm";
import { Alert, AlertActionLink } from "@patternfly/react-core/dist/esm/components/Alert";
import { channel, gettext as _ } from "../../../lib/cockpit";
import { useTheme } from "../../../lib/page";
import { LOOK, PALETTES } from "../../../lib/terminal-look";
import { type SerialPlace, SerialSession, type SerialState } from "./serial-session";

interface SerialViewProps {
  place: SerialPlace;
  /** Whether libvirt is there. */
  connected: boolean;
  tools?: ReactNode;
}

/** A serial console; what it said stays when the machine restarts, or libvirt does. */
export function SerialView({ place: { uri, id, alias }, connected, tools }: SerialViewProps) {
  const session = useMemo(() => new SerialSession(channel), []);
  const state = useSyncExternalStore(session.subscribe, session.getSnapshot);
  const frame = useRef<HTMLDivElement>(null);
  const terminal = useRef<Terminal | null>(null);
  const theme = useTheme();

  useEffect(() => {
    const element = frame.current;
    if (!element) return;
    const screen = new Terminal({ ...LOOK, screenReaderMode: true });
    const fit = new FitAddon();
    screen.loadAddon(fit);
    screen.open(element);
    screen.onData((text) => session.type(text));
    screen.onBinary((text) => session.typeBytes(text));
    session.onOutput = (data) => screen.write(data);
    terminal.current = screen;
    const observer = new ResizeObserver(() => fit.fit());
    observer.observe(element);
    fit.fit();
    return () => {
      observer.disconnect();
      session.onOutput = () => undefined;
      screen.dispose();
      terminal.current = null;
    };
  }, [session]);

  useEffect(() => {
    if (connected) session.start({ uri, id, alias });
    else session.lose();
    return () => session.stop();
  }, [session, uri, id, alias, connected]);

  useEffect(() => {
    if (terminal.current) terminal.current.options.theme = PALETTES[theme];
  }, [theme]);

  return (
    <div className="ph-console" data-phase={state.phase}>
      <div className="ph-tab-tools">{tools}</div>
      <SerialNotice state={state} onConnect={(force) => session.start({ uri, id, alias }, force)} />
      <div className="ph-serial" ref={frame} role="group" aria-label={_("Serial console")} />
      <p className="ph-note">{_("A guest speaks here only where it is set up to, as by the kernel's option console=ttyS0. Ctrl+] disconnects.")}</p>
    </div>
  );
}

function SerialNotice({ state, onConnect }: { state: SerialState; onConnect(force: boolean): void }) {
  if (state.phase === "lost") {
    return <Alert variant="warning" isInline isLiveRegion component="h2" title={_("The console was closed; trying again…")} />;
  }
  if (state.phase !== "refused") return null;
  return (
    <Alert
      variant="danger"
      isInline
      isLiveRegion
      component="h2"
      title={_("The console cannot be opened")}
      actionLinks={
        <>
          <AlertActionLink onClick={() => onConnect(false)}>{_("Try again")}</AlertActionLink>
          <AlertActionLink onClick={() => onConnect(true)}>{_("Take it over")}</AlertActionLink>
        </>
      }
    >
      {state.message || _("What virsh says stands below. Where somebody else has it open, you can take it over.")}
    </Alert>
  );
}
