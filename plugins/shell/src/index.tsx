/* The shell: what the address bar shows. Around every page: navigation, session menu, one connection for all frames. */
import { useEffect, useState } from "react";
import { renderPage } from "../../lib/page";
import { application, connection, urlRoot } from "../../base1/src/connection";
import { frameUrl, pageRoot } from "./address";
import { IdleLimit } from "./idle";
import { translateLabels } from "./labels";
import { followEdits } from "./live-reload";
import { checksumOf, entries, firstEntry } from "./manifests";
import { Navigator } from "./navigator";
import { fetchManifests, refetchManifests } from "./packages";
import { Shell, ShellFailed } from "./shell";
import "./shell.css";

const navigator = new Navigator(pageRoot(urlRoot(), application()));
const idle = new IdleLimit();

/* Shows the pages that are known, and soon those that came while nobody looked. */
function App({ manifests }: { manifests: unknown }) {
  const [known, setKnown] = useState(manifests);
  useEffect(() => {
    const unchanged = () => {};
    refetchManifests().then(setKnown, unchanged);
    translateLabels();
  }, []);
  return <Shell navigator={navigator} manifests={known} idle={idle} />;
}

/* The page that will be shown is asked for before the shell is drawn: what is started with it is there when it runs. */
function askAhead(manifests: unknown): void {
  const list = entries(manifests);
  const component = navigator.place.component || firstEntry(list)?.component;
  if (component === undefined || !list.some((entry) => entry.component === component)) return;
  // How it fares is told by the frame, which asks for it as well.
  fetch(frameUrl({ component, hash: "" }, document.baseURI, checksumOf(manifests))).catch(() => undefined);
}

async function start(): Promise<void> {
  connection();
  try {
    const manifests = await fetchManifests();
    askAhead(manifests);
    renderPage(<App manifests={manifests} />);
    followEdits();
  } catch (error) {
    renderPage(<ShellFailed error={error} onRetry={() => window.location.reload()} />);
  }
}

void start();
