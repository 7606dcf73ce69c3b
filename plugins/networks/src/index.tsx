import { renderPage } from "../../lib/page";
import { CurrentPage } from "./routes";
import "../../lib/libvirt/libvirt.css";
import "./networks.css";

renderPage(<CurrentPage />);
