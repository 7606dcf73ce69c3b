import { renderPage } from "../../lib/page";
import { CurrentPage } from "./routes";
import "./machines.css";
import "./details/details.css";

renderPage(<CurrentPage />);
