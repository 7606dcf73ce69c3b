/** The latest readings, kept outside React: each meter listens for itself, so a tick redraws meters and nothing else. */

import type { Sample, Samples } from "./model";

export class SampleStore {
  #rows: Samples = {};
  #listeners = new Set<() => void>();

  /** Takes the rows of a tick; machines that it does not name have no reading any more. */
  readonly take = (rows: Samples): void => {
    this.#rows = rows;
    for (const listener of [...this.#listeners]) listener();
  };

  get(key: string): Sample | undefined {
    return this.#rows[key];
  }

  readonly all = (): Samples => this.#rows;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
}
