/* After the gateway was lost: tries until it is back, and says whether the login still counts. */
import { urlRoot } from "../../base1/src/connection";

export type Verdict = "back" | "login-needed";

const FIRST_WAIT = 1000;
const LONGEST_WAIT = 15_000;

async function answers(url: string): Promise<number | null> {
  try {
    const response = await fetch(url, { cache: "no-store", signal: AbortSignal.timeout(10_000) });
    return response.status;
  } catch {
    return null;
  }
}

/** One look: null while nobody answers. */
export async function look(): Promise<Verdict | null> {
  if ((await answers(`${urlRoot()}/ping`)) !== 200) return null;
  const status = await answers(`${urlRoot()}/cockpit/login`);
  if (status === 200) return "back";
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
