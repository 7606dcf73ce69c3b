/** When a console that was lost is tried again: soon, then ever more slowly, until it is there. */

const FIRST = 500;
const LAST = 5000;

export class Attempts {
  #delay = FIRST;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** Calls `run` after a pause, in place of what was to be called. */
  schedule(run: () => void): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(run, this.#delay);
    this.#delay = Math.min(this.#delay * 2, LAST);
  }

  /** It is there: the next loss is tried again soon. */
  succeeded(): void {
    this.#delay = FIRST;
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#delay = FIRST;
  }
}
