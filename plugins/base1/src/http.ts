import { channel, type Channel } from "./channel";
import { asPayload, join, pieces, type Payload } from "./frames";
import { BasicError } from "./problem";
import { Promised } from "./promise";
import type { Control } from "./json";

/* eslint-disable @typescript-eslint/no-explicit-any */

export interface HttpOptions {
  port?: number;
  unix?: string;
  address?: string;
  tls?: Record<string, unknown>;
  headers?: Record<string, string>;
  host?: string;
  superuser?: "try" | "require" | null;
  binary?: boolean;
  [option: string]: unknown;
}

export interface HttpRequest {
  path?: string;
  method?: string;
  params?: Record<string, string>;
  headers?: Record<string, string>;
  body?: Payload | null;
}

/** A response whose status is not 2xx (`status`, `reason`), or none at all (`problem`). */
export class HttpError extends BasicError {
  readonly status: number;
  readonly reason: string;

  constructor(status: number, reason: string, closed?: Partial<Control>) {
    super(closed?.problem ?? null, closed?.message || (closed?.problem ? null : `${status} ${reason}`.trim()));
    this.name = "HttpError";
    this.status = status;
    this.reason = reason;
  }
}

/** A request under way: resolves with the body, rejects with (HttpError, body). */
export class HttpResponse extends Promised<[any]> {
  readonly channel: Channel;
  readonly #handlers: { stream?: (block: any) => void; response?: (status: number, headers: Record<string, string>) => void };

  constructor(open: Record<string, unknown>, body: Payload | null | undefined) {
    const request = channel({ ...open, payload: "http-stream2" });
    const handlers: { stream?: (block: any) => void; response?: (status: number, headers: Record<string, string>) => void } = {};
    super(({ resolve, reject }) => {
      const parts: Payload[] = [];
      let answer: Control | null = null;
      request.addEventListener("control", (_event, control) => {
        if (control.command !== "response") return;
        answer = control;
        handlers.response?.(control["status"], control["headers"] ?? {});
      });
      request.addEventListener("message", (_event, payload) => {
        if (handlers.stream && isSuccess(answer)) handlers.stream(payload);
        else parts.push(payload);
      });
      request.addEventListener("close", (_event, closed) => {
        const content = join(parts, request.binary);
        if (closed.problem) reject(new HttpError(0, "", closed), content);
        else if (isSuccess(answer)) resolve(content);
        else reject(new HttpError(answer?.["status"] ?? 0, answer?.["reason"] ?? ""), content);
      });
    });
    this.channel = request;
    this.#handlers = handlers;
    if (body !== undefined) this.input(body ?? "");
  }

  /** The body as it comes, instead of at the end. */
  stream(callback: (block: any) => void): this {
    this.#handlers.stream = callback;
    return this;
  }

  /** Status and headers, before the body. */
  response(callback: (status: number, headers: Record<string, string>) => void): this {
    this.#handlers.response = callback;
    return this;
  }

  /** Sends the request's body, the last part unless `more` is to come. */
  input(data: Payload, more = false): this {
    for (const piece of pieces(asPayload(data))) this.channel.send(piece);
    if (!more) this.channel.control({ command: "done" });
    return this;
  }

  close(problem: string | Record<string, unknown> = "cancelled"): this {
    this.channel.close(problem);
    return this;
  }
}

function isSuccess(answer: Control | null): boolean {
  return answer !== null && answer["status"] >= 200 && answer["status"] < 300;
}

function query(params: Record<string, string> | undefined): string {
  const text = new URLSearchParams(params).toString();
  return text && `?${text}`;
}

/** A client of an HTTP server at a port or unix socket of the machine (protocol section 2.12). */
export class HttpClient {
  readonly #options: HttpOptions;
  readonly #open = new Set<HttpResponse>();

  constructor(options: HttpOptions) {
    this.#options = options;
  }

  request({ path = "/", method = "GET", params, headers, body = "" }: HttpRequest): HttpResponse {
    const open = { ...this.#options, method, path: path + query(params), headers: { ...this.#options.headers, ...headers } };
    const response = new HttpResponse(open, body === null ? undefined : body);
    this.#open.add(response);
    response.always(() => this.#open.delete(response));
    return response;
  }

  get(path: string, params?: Record<string, string>, headers?: Record<string, string>): HttpResponse {
    return this.request({ path, ...(params ? { params } : {}), ...(headers ? { headers } : {}) });
  }

  /** An object is sent as JSON. */
  post(path: string, body?: Payload | object, headers?: Record<string, string>): HttpResponse {
    const json = typeof body === "object" && !(body instanceof Uint8Array);
    return this.request({
      path,
      method: "POST",
      body: json ? JSON.stringify(body) : ((body as Payload | undefined) ?? ""),
      headers: { ...(json ? { "Content-Type": "application/json" } : {}), ...headers },
    });
  }

  close(problem?: string): void {
    for (const response of [...this.#open]) response.close(problem);
  }
}

export function http(endpoint: number | string | HttpOptions, options: HttpOptions = {}): HttpClient {
  if (typeof endpoint === "object") return new HttpClient(endpoint);
  return new HttpClient({ ...options, ...(typeof endpoint === "number" || /^\d+$/.test(endpoint) ? { port: Number(endpoint) } : { unix: endpoint }) });
}
