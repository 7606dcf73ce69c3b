import { channel, user } from "../../lib/cockpit";
import { renderPage } from "../../lib/page";
import { ShellSession } from "./shell-session";
import { TerminalPage } from "./terminal-page";
import "@xterm/xterm/css/xterm.css";
import "./terminal.css";

const session = new ShellSession({ open: channel, user });

renderPage(<TerminalPage session={session} />);
