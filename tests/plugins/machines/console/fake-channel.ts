/** A channel that a test speaks for. */

type Listener = (event: CustomEvent, value: unknown) => void;

export class FakeChannel {
  options: unknown;
  readonly sent: Uint8Array[] = [];
  closes = 0;
  #listeners = new Map<string, Listener[]>();

  open(options: unknown): this {
    this.options = options;
    return this;
  }

  send(data: Uint8Array): boolean {
    this.sent.push(data);
    return true;
  }

  close(): void {
    this.closes += 1;
    this.emit("close", {});
  }

  addEventListener(name: string, listener: Listener): void {
    this.#listeners.set(name, [...(this.#listeners.get(name) ?? []), listener]);
  }

  emit(name: string, value: unknown = {}): void {
    for (const listener of this.#listeners.get(name) ?? []) listener({} as CustomEvent, value);
  }
}
