/* base1/cockpit.js: puts `cockpit` where scripts look for it: the global, an AMD module, a CommonJS module. */
import { cockpit, type Cockpit } from "./cockpit";

declare const define: ((id: string, dependencies: string[], factory: () => Cockpit) => void) & { amd?: unknown };
declare const module: { exports: unknown } | undefined;

(window as unknown as { cockpit: Cockpit }).cockpit = cockpit;
if (typeof define === "function" && define.amd) define("base1/cockpit", [], () => cockpit);
else if (typeof module === "object" && module?.exports) module.exports = cockpit;
