/* Runs as soon as it is there, while the page itself is still loading: nothing that draws, and no texts. */
import { location } from "../../base1/src/location";
import { openFleet } from "./list/open-fleet";

performance.mark("pilothouse:script");
if (location().path.length === 0) openFleet();
