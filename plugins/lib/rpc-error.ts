/** The one error of a call to a back end. */

import { isObject } from "./merge";

/** What the problem codes say where nobody sent a sentence. */
const SENTENCES: Record<string, string> = {
  "access-denied": "You are not permitted to do this.",
  "cancelled": "The action was cancelled.",
  "disconnected": "The connection to the server was lost.",
  "internal-error": "The server made a mistake.",
  "no-session": "Your session has ended. Log in again.",
  "not-found": "It is not there any more.",
  "not-supported": "This server cannot do this.",
  "protocol-error": "The page and the server did not understand each other.",
  "terminated": "The process behind this page ended.",
  "timeout": "The server did not answer in time.",
};

export function problemSentence(problem: string): string {
  return SENTENCES[problem] ?? `Something went wrong (${problem}).`;
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
