import { renderPage } from "../../lib/page";
import { CurrentPage } from "./routes";
import "./machines.css";

renderPage(<CurrentPage />);
