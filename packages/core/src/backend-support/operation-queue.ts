/** A pass waits for the one before it; what changes the cache in between keeps its place. */
export type Operation =
  | { readonly kind: 'change'; run(): void }
  | { readonly kind: 'pass'; run(): Promise<void> };

/**
 * Runs a model's operations one after the other, in the order in which they came: an engine's context may
 * never be used by two threads at once.
 */
export class OperationQueue {
  readonly #waiting: Operation[] = [];
  readonly #nextTask: () => Promise<unknown>;
  #running: Promise<void> | undefined;

  /** @param nextTask resolves after the microtasks that wait now. */
  constructor(nextTask: () => Promise<unknown>) {
    this.#nextTask = nextTask;
  }

  /** A change runs at once where nothing is before it. */
  push(operation: Operation): void {
    if (this.#running === undefined && operation.kind === 'change') {
      operation.run();
      return;
    }
    this.#waiting.push(operation);
    this.#running ??= this.#drain();
  }

  /** Takes out an operation that has not begun; false where it has. */
  remove(operation: Operation): boolean {
    const at = this.#waiting.indexOf(operation);
    if (at >= 0) this.#waiting.splice(at, 1);
    return at >= 0;
  }

  /** Resolves when nothing is left. */
  async idle(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  async #drain(): Promise<void> {
    for (let operation = this.#waiting.shift(); operation !== undefined; operation = this.#waiting.shift()) {
      await operation.run();
      // Whoever awaited the pass reads its logits now, before the next pass overwrites them.
      if (operation.kind === 'pass' && this.#waiting.length > 0) await this.#nextTask();
    }
    this.#running = undefined;
  }
}
