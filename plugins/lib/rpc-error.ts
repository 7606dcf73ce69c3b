/** The one error of a call to a back end. */

import { format } from "../base1/src/format";
import { gettext as _, N_ } from "../base1/src/gettext";
import { isObject } from "./merge";

/** What the problem codes say where nobody sent a sentence. */
const SENTENCES: Record<string, string> = {
  "access-denied": N_("You are not permitted to do this."),
  "cancelled": N_("The action was cancelled."),
  "disconnected": N_("The connection to the server was lost."),
  "internal-error": N_("The server made a mistake."),
  "no-session": N_("Your session has ended. Log in again."),
  "not-found": N_("It is not there any more."),
  "not-supported": N_("This server cannot do this."),
  "protocol-error": N_("The page and the server did not understand each other."),
  "terminated": N_("The process behind this page ended."),
  "timeout": N_("The server did not answer in time."),
};

export function problemSentence(problem: string): string {
  const sentence = SENTENCES[problem];
  return sentence ? _(sentence) : format(_("Something went wrong ($0)."), problem);
}

/** A problem code for programs and a sentence for people, as in `close` messages; `extra` is what else the back end told. */
export class RpcError extends Error {
  readonly problem: string;
  readonly extra: Readonly<Record<string, unknown>>;

  constructor(problem: string, message?: string, extra: Readonly<Record<string, unknown>> = {}) {
    super(message || problemSentence(problem));
    this.name = "RpcError";
    this.problem = problem;
    this.extra = extra;
  }

  /** From the `error` member of a JSON-RPC reply; one without `data.problem` is an internal error. */
  static fromReply(error: unknown): RpcError {
    const { message, data } = isObject(error) ? error : { message: undefined, data: undefined };
    const { problem, ...extra } = isObject(data) ? data : { problem: undefined };
    return new RpcError(
      typeof problem === "string" && problem ? problem : "internal-error",
      typeof message === "string" ? message : undefined,
      extra,
    );
  }
}
