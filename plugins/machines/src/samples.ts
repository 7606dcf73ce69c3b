/** The latest readings, kept outside React: each meter listens for itself, so a tick redraws meters and nothing else. */

import type { Sample, Samples } from "./model";

export class SampleStore {
  #byOrigin = new Map<string, Samples>();
  #rows: Samples = {};
  #listeners = new Set<() => void>();

  /** Takes the rows of a tick of one origin; its machines that it does not name have no reading any more. */
  readonly take = (rows: Samples, origin = ""): void => {
    this.#byOrigin.set(origin, rows);
    this.#rows = this.#byOrigin.size === 1 ? rows : Object.assign({}, ...this.#byOrigin.values());
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
