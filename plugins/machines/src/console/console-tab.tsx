import { useState, useSyncExternalStore } from "react";
import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { EmptyState, EmptyStateBody } from "@patternfly/react-core/dist/esm/components/EmptyState";
import { ToggleGroup, ToggleGroupItem } from "@patternfly/react-core/dist/esm/components/ToggleGroup";
import DesktopIcon from "@patternfly/react-icons/dist/esm/icons/desktop-icon";
import { format, gettext as _, location } from "../../../lib/cockpit";
import { lookOf } from "../states";
import { formatAddress } from "../details/address";
import { type Machine, devicesOf } from "../details/model";
import { isFullScreen, onFullScreen, toggleFullScreen } from "./full-screen";
import { type Place, isLocal, placesOf } from "./places";
import { SerialView } from "./serial-view";
import { ViewerButtons } from "./viewer-buttons";
import { VncView } from "./vnc-view";

interface ConsoleTabProps {
  machine: Machine;
  /** It is a window of its own. */
  detached?: boolean;
}

/** The machine's screen and serial ports, of which one is on show. */
export default function ConsoleTab({ machine, detached = false }: ConsoleTabProps) {
  const { domain, followed, connection, id } = machine;
  const [chosen, setChosen] = useState("");
  const places = placesOf(followed, connection.uri);
  const place = places.find(({ key }) => key === chosen) ?? places[0];
  if (!followed) return null;
  if (!lookOf(domain.state).live) {
    return <Nothing title={_("The machine is off")} text={_("Its consoles appear here by themselves when it is started.")} />;
  }
  const askPassword = () => machine.backend.call<string>("domain_screen_password", { key: id });
  const tools = (
    <>
      <FullScreenButton />
      {!detached && <Button variant="secondary" onClick={() => detach(machine)}>{_("Open in a window")}</Button>}
      <ViewerButtons machine={machine} />
    </>
  );
  return (
    <>
      {places.length > 1 && (
        <ToggleGroup aria-label={_("Consoles")} isCompact>
          {places.map((each) => (
            <ToggleGroupItem
              key={each.key}
              text={labelOf(each)}
              buttonId={`console-${each.key}`}
              isSelected={each === place}
              onChange={() => setChosen(each.key)}
            />
          ))}
        </ToggleGroup>
      )}
      {!place && (
        <>
          <Nothing title={_("No console")} text={reasonOf(machine)} />
          <div className="ph-tab-tools"><ViewerButtons machine={machine} /></div>
        </>
      )}
      {place?.kind === "vnc" && <VncView key={place.key} place={place.open} name={domain.name} askPassword={askPassword} tools={tools} />}
      {place?.kind === "serial" && <SerialView key={place.key} place={{ uri: connection.uri, id, alias: place.alias }} connected={connection.status === "connected"} tools={tools} />}
    </>
  );
}

function Nothing({ title, text }: { title: string; text: string }) {
  return (
    <EmptyState headingLevel="h2" icon={DesktopIcon} titleText={title}>
      <EmptyStateBody>{text}</EmptyStateBody>
    </EmptyState>
  );
}

function labelOf(place: Place): string {
  return place.kind === "vnc" ? _("Screen") : format(_("Serial port $0"), place.port);
}

function reasonOf({ connection, followed }: Machine): string {
  if (connection.demo) return _("libvirt's test driver runs nothing: its machines have no screen and no serial port.");
  if (!isLocal(connection.uri)) return _("The machine runs on another host than this console, whose screens are not reached from here.");
  if (devicesOf(followed, "graphics").some(([, { type }]) => type === "spice")) return _("Its screen speaks SPICE, which needs a viewer on your computer.");
  return _("It has neither a VNC screen nor a serial port.");
}

function FullScreenButton() {
  const full = useSyncExternalStore(onFullScreen, isFullScreen);
  if (!document.fullscreenEnabled) return null;
  return <Button variant="secondary" onClick={toggleFullScreen}>{full ? _("Leave full screen") : _("Full screen")}</Button>;
}

/** The console in a window of the browser's own: this page's file by itself, without the shell around it. */
function detach({ id, connection }: Machine): void {
  const address = location().encode(["console"], formatAddress({ id, connection: connection.demo ? "" : connection.uri }));
  window.open(`${window.location.pathname}#${address}`, `console-${id}`, "popup,width=1024,height=800");
}
