/* Runs before anything is painted: no page flashes white in the dark. */
import { followTheme } from "./theme";

followTheme();
