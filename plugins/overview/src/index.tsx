import { file, transport } from "../../lib/cockpit";
import { renderPage } from "../../lib/page";
import { learn } from "./facts";
import type { Hint } from "./health";
import { LoadStore } from "./load";
import { askLogins } from "./logins";
import { OverviewPage, type Sources } from "./overview-page";
import { askPower } from "./power";
import { followPressure } from "./pressure";
import { ServicesStore } from "./services";
import "./overview.css";

/* Bytes of /proc/cpuinfo on a machine of a thousand processors. */
const LARGEST = 4 * 1024 * 1024;

const read = async (path: string): Promise<string | null> => file(path, { max_read_size: LARGEST }).read();

function tellStatus(hints: readonly Hint[]): void {
  const [gravest] = hints;
  const page_status = gravest ? { type: gravest.level === "danger" ? "error" : "warning", title: gravest.text } : null;
  transport.wait(() => transport.control("notify", { page_status }));
}

const sources: Sources = {
  load: new LoadStore(),
  services: new ServicesStore(),
  facts: (tell) => learn({ read, now: Date.now }, tell),
  pressure: (tell) => followPressure(read, tell),
  power: askPower,
  logins: askLogins,
  status: tellStatus,
};

sources.load.start();
renderPage(<OverviewPage sources={sources} />);
