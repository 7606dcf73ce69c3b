import { gettext as _ } from "./gettext";

/** An error of the protocol: `problem` is the machine's word (protocol section 1.8), `message` the human sentence. */
export class BasicError extends Error {
  readonly problem: string | null;

  constructor(problem: string | null, text?: string | null) {
    super(text || message(problem ?? ""));
    this.name = "BasicError";
    this.problem = problem;
    /* Pages log errors as JSON. */
    Object.defineProperty(this, "message", { enumerable: true });
  }

  override toString(): string {
    return this.message;
  }
}

const SENTENCES: Record<string, () => string> = {
  terminated: () => _("Your session has been terminated."),
  "no-session": () => _("Your session has expired. Please log in again."),
  "access-denied": () => _("Not permitted to perform this action."),
  "authentication-failed": () => _("Login failed"),
  "authentication-not-supported": () => _("The server refused to authenticate using any supported methods."),
  "unknown-hostkey": () => _("Untrusted host"),
  "unknown-host": () => _("Untrusted host"),
  "invalid-hostkey": () => _("Host key is incorrect"),
  "internal-error": () => _("Internal error"),
  timeout: () => _("Connection has timed out."),
  "no-cockpit": () => _("The console's bridge is not installed on the system."),
  "no-host": () => _("Unable to connect to that address"),
  "no-forwarding": () => _("Cannot forward login credentials"),
  "not-supported": () => _("The console's bridge does not support this."),
  "not-found": () => _("Not found"),
  disconnected: () => _("Server has closed the connection."),
  "protocol-error": () => _("Unexpected message"),
  "change-conflict": () => _("Changed by somebody else in the meantime"),
  "too-large": () => _("Too large"),
  cancelled: () => _("Cancelled"),
};

/** The sentence to show for an error, a close message, or a problem code. */
export function message(of: unknown): string {
  if (typeof of === "object" && of !== null) {
    const { message: text, problem } = of as { message?: unknown; problem?: unknown };
    if (typeof text === "string" && text) return text;
    if (typeof problem === "string") return message(problem);
  }
  const problem = String(of ?? "");
  return SENTENCES[problem]?.() ?? (problem || _("Unknown error"));
}
