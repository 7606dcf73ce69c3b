import { channel, type Channel } from "./channel";
import { asPayload, join, pieces, type Payload } from "./frames";
import { gettext as _ } from "./gettext";
import { format } from "./format";
import type { Control } from "./json";
import { BasicError } from "./problem";
import { Promised } from "./promise";

export interface SpawnOptions {
  binary?: boolean;
  directory?: string;
  /** Where standard error goes: with the output, nowhere, or into the error's message (the default). */
  err?: "out" | "ignore" | "message";
  environ?: string[];
  pty?: boolean;
  window?: { rows: number; cols: number };
  host?: string;
  superuser?: "try" | "require" | null;
  [option: string]: unknown;
}

/** A process that could not be started or did not end with status 0. */
export class ProcessError extends BasicError {
  readonly exit_status: number | null;
  readonly exit_signal: string | null;

  constructor(closed: Partial<Control>, name: string) {
    const status = typeof closed["exit-status"] === "number" ? closed["exit-status"] : null;
    const signal = closed["exit-signal"] ? String(closed["exit-signal"]) : null;
    super(closed.problem ?? null, closed.message || outcome(name, status, signal, closed.problem));
    this.name = "ProcessError";
    this.exit_status = status;
    this.exit_signal = signal;
  }
}

function outcome(name: string, status: number | null, signal: string | null, problem: string | undefined): string | null {
  if (problem) return null;
  if (signal !== null) return format(_("$0 killed by signal $1"), name, signal);
  if (status !== null && status < 0) return format(_("$0 killed by signal $1"), name, -status);
  return format(_("$0 exited with code $1"), name, status ?? "?");
}

/** A running process: settles with (output, standard error) when it ends, rejects with (ProcessError, output). */
export class Process<T extends Payload = string> extends Promised<[T, string]> {
  readonly channel: Channel;
  readonly #handlers: { stream: ((data: T) => number | void) | null };

  constructor(argv: string[], options: SpawnOptions) {
    const { promise: _promise, ...open } = options;
    const process = channel({ ...open, payload: "stream", spawn: argv });
    const handlers: { stream: ((data: T) => number | void) | null } = { stream: null };
    super(({ resolve, reject }) => {
      const parts: Payload[] = [];
      process.addEventListener("message", (_event, payload) => {
        parts.push(payload);
        if (!handlers.stream) return;
        const block = join(parts.splice(0), process.binary) as T;
        const consumed = handlers.stream(block);
        if (typeof consumed === "number" && consumed < block.length) parts.push(block.slice(consumed));
      });
      process.addEventListener("close", (_event, closed) => {
        const output = join(parts, process.binary) as T;
        if (closed.problem) reject(new ProcessError(closed, argv[0] ?? ""));
        else if (closed["exit-status"] || closed["exit-signal"]) reject(new ProcessError(closed, argv[0] ?? ""), output);
        else resolve(output, closed.message ?? "");
      });
    });
    this.channel = process;
    this.#handlers = handlers;
  }

  /** Output as it comes, instead of at the end. A callback that returns how much it took is given the rest again. */
  stream(callback: (data: T) => number | void): this {
    this.#handlers.stream = callback;
    return this;
  }

  /** Sends to standard input and closes it, unless `more` is to come. */
  input(data: Payload | ArrayBuffer | number[] | null, more = false): this {
    if (data !== null) for (const piece of pieces(asPayload(data))) this.channel.send(piece);
    if (!more) this.channel.control({ command: "done" });
    return this;
  }

  /** Ends the process (SIGTERM); the promise rejects with the problem, "terminated" unless told. */
  close(problem: string | Record<string, unknown> = "terminated"): this {
    this.channel.close(problem);
    return this;
  }
}

/** Starts a program as the logged-in user. A string is a program without arguments. */
export function spawn(argv: string | string[], options: SpawnOptions & { binary: true }): Process<Uint8Array>;
export function spawn(argv: string | string[], options?: SpawnOptions): Process<string>;
export function spawn(argv: string | string[], options: SpawnOptions = {}): unknown {
  return new Process(typeof argv === "string" ? [argv] : argv.map(String), options);
}

/** Runs a shell script; `args` are its $1, $2, … */
export function script(code: string, args?: string[] | SpawnOptions, options?: SpawnOptions): Process<string> {
  const [list, rest] = Array.isArray(args) ? [args, options] : [[], options ?? args];
  return spawn(["/bin/sh", "-c", code, "--", ...list], rest);
}
