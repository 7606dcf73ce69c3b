/* Runs before anything is painted: no page flashes white in the dark. */
import { collect } from "./catalogues";
import { followTheme } from "./theme";

followTheme();
collect();
