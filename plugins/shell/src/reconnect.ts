/* After the gateway was lost: tries until it is back, and says whether the login still counts. */
import { application, urlRoot } from "../../base1/src/connection";

/** `origin` and `proxy`: the console is there and knows the login, but no connection to it can be opened. */
export type Verdict = "back" | "login-needed" | "origin" | "proxy";

const FIRST_WAIT = 1000;
const LONGEST_WAIT = 15_000;

async function ask(url: string): Promise<Response | null> {
  try {
    return await fetch(url, { cache: "no-store", signal: AbortSignal.timeout(10_000) });
  } catch {
    return null;
  }
}

/** Why no connection can be opened though the login counts; a server that does not tell may have it tried again. */
async function obstacle(): Promise<Verdict> {
  const response = await ask(`${urlRoot()}/${application()}/diagnosis?origin=${encodeURIComponent(window.location.origin)}`);
  if (response?.status !== 200) return "back";
  const answer = (await response.json()) as { problem: string | null };
  return answer.problem === "origin" ? "origin" : "proxy";
}

/** One look: null while nobody answers. `everOpen`: whether this page ever had a connection. */
export async function look(everOpen = true): Promise<Verdict | null> {
  if ((await ask(`${urlRoot()}/ping`))?.status !== 200) return null;
  const status = (await ask(`${urlRoot()}/${application()}/login`))?.status;
  if (status === 200) return everOpen ? "back" : obstacle();
  return status === 401 || status === 403 ? "login-needed" : null;
}

/** Looks again and again, at longer and longer intervals, until there is a verdict. `now` looks at once. */
export class Reconnect {
  readonly #found: (verdict: Verdict) => void;
  readonly #look: () => Promise<Verdict | null>;
  #wait = FIRST_WAIT;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #looking = false;
  #ended = false;

  constructor(found: (verdict: Verdict) => void, how: () => Promise<Verdict | null> = look) {
    this.#found = found;
    this.#look = how;
    this.#later();
  }

  #later(): void {
    this.#timer = setTimeout(() => void this.now(), this.#wait);
    this.#wait = Math.min(this.#wait * 2, LONGEST_WAIT);
  }

  async now(): Promise<void> {
    if (this.#looking || this.#ended) return;
    clearTimeout(this.#timer);
    this.#looking = true;
    const verdict = await this.#look();
    this.#looking = false;
    if (this.#ended) return;
    if (!verdict) return this.#later();
    this.#ended = true;
    this.#found(verdict);
  }

  end(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
  }
}
