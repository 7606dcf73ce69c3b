import { renderPage } from "../../lib/page";
import { CurrentPage } from "./routes";
import "@xterm/xterm/css/xterm.css";
import "uplot/dist/uPlot.min.css";
import "../../lib/libvirt/libvirt.css";
import "./machines.css";
import "./details/details.css";

renderPage(<CurrentPage />);
