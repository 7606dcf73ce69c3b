import { type RefObject, useEffect, useRef } from "react";
import { FitAddon } from "@xterm/addon-fit";
import { Terminal } from "@xterm/xterm";
import { useTheme } from "../../lib/page";
import { LOOK, PALETTES } from "../../lib/terminal-look";
import type { Settings } from "./settings";
import type { ShellSession } from "./shell-session";

interface ScreenProps {
  session: ShellSession;
  settings: Settings;
  /** Set to the terminal while the screen is on the page. */
  terminal: RefObject<Terminal | null>;
  /** The user asked to leave the terminal by keyboard. */
  onLeave(): void;
}

/** The terminal's screen; what is typed goes to the session, what it says is drawn. Starts the session once its size is known. */
export function Screen({ session, settings, terminal, onLeave }: ScreenProps) {
  const frame = useRef<HTMLDivElement>(null);
  const theme = useTheme();
  const refit = useRef<() => void>(() => undefined);
  const leave = useRef(onLeave);
  leave.current = onLeave;

  useEffect(() => {
    const element = frame.current;
    if (!element) return;
    const screen = new Terminal({ ...LOOK });
    const fit = new FitAddon();
    screen.loadAddon(fit);
    screen.open(element);
    screen.attachCustomKeyEventHandler((event) => ownKey(event, screen, leave.current));
    screen.onData((text) => session.type(text));
    screen.onBinary((text) => session.typeBytes(text));
    screen.onResize((size) => session.resize({ rows: size.rows, cols: size.cols }));
    session.onOutput = (data) => screen.write(data);
    terminal.current = screen;
    refit.current = () => fit.fit();

    const observer = new ResizeObserver(() => fit.fit());
    observer.observe(element);
    fit.fit();
    session.resize({ rows: screen.rows, cols: screen.cols });
    void session.start();
    screen.focus();
    return () => {
      observer.disconnect();
      session.onOutput = () => undefined;
      session.end();
      screen.dispose();
      terminal.current = null;
    };
  }, [session, terminal]);

  useEffect(() => {
    const screen = terminal.current;
    if (!screen) return;
    screen.options.theme = PALETTES[theme];
    screen.options.screenReaderMode = settings.screenReader;
    if (screen.options.fontSize === settings.fontSize) return;
    screen.options.fontSize = settings.fontSize;
    // The frame keeps its size, so nothing else tells that other rows and columns fit in now.
    refit.current();
  }, [theme, settings, terminal]);

  return <div className="ph-screen" ref={frame} />;
}

/** The keys that are ours and not the shell's: true lets the terminal have the key. */
function ownKey(event: KeyboardEvent, screen: Terminal, leave: () => void): boolean {
  if (!event.ctrlKey || !event.shiftKey || event.altKey || event.metaKey) return true;
  if (event.key === "Backspace") {
    event.preventDefault();
    if (event.type === "keydown") leave();
    return false;
  }
  if (event.code === "KeyC") {
    event.preventDefault();
    if (event.type === "keydown" && screen.hasSelection()) void navigator.clipboard?.writeText(screen.getSelection());
    return false;
  }
  // The browser's own paste, which the terminal hears of as an event.
  return event.code !== "KeyV";
}
