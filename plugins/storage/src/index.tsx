import { connectionsFile } from "../../lib/libvirt/connections-file";
import { SavedConnections } from "../../lib/libvirt/saved-connections";
import { renderPage } from "../../lib/page";
import { StorageRoute } from "./storage-route";
import "../../lib/libvirt/libvirt.css";
import "./storage.css";

renderPage(<StorageRoute saved={new SavedConnections(connectionsFile())} />);
