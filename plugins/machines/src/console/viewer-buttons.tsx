import { Button } from "@patternfly/react-core/dist/esm/components/Button";
import { Tooltip } from "@patternfly/react-core/dist/esm/components/Tooltip";
import { format, gettext as _, transport } from "../../../lib/cockpit";
import { type Machine, devicesOf } from "../details/model";
import { download } from "./download";
import { isLocal } from "./places";
import { isOutOfReach, viewerFile, viewerOf } from "./viewer-file";

/** For each screen with a port the file with which a viewer on one's own computer opens it. */
export function ViewerButtons({ machine: { domain, followed, connection } }: { machine: Machine }) {
  const page = window.location.hostname;
  // What serves this page is reached by its address; another host by its name.
  const here = isLocal(connection.uri) && transport.host === "localhost";
  const host = here ? page : connection.hostname ?? page;
  return devicesOf(followed, "graphics").map(([key, device]) => {
    const viewer = viewerOf(device, host, domain.name);
    if (!viewer) return null;
    const refused = isOutOfReach(viewer, host);
    const save = () => download(new Blob([viewerFile(viewer)], { type: "application/x-virt-viewer" }), "console.vv");
    const button = (
      <Button key={key} variant="secondary" isAriaDisabled={refused} onClick={save}>{format(_("Viewer file ($0)"), viewer.type.toUpperCase())}</Button>
    );
    if (!refused) return button;
    return <Tooltip key={key} content={format(_("It listens on $0, which only programs on its own host reach."), viewer.host)}>{button}</Tooltip>;
  });
}
