import { setImmediate as nextTask } from 'node:timers/promises';
import {
  ClosedError,
  type HeadModel,
  type HeadRequest,
  type HeadSequence,
  InvalidArgumentError,
  type MemoryUse,
} from '@foretoken/core';
import { computeTurns, OperationQueue } from '@foretoken/core/backend';

/** What both forms of head share: passes queue, and closing waits for them. */
export abstract class OnnxHead implements HeadModel {
  readonly name: string;
  abstract readonly hiddenStateWidth: number;
  abstract readonly vocabularySize: number;
  abstract readonly contextLength: number;
  abstract readonly maximumSteps: number;
  abstract readonly maximumPassEntries: number;
  abstract readonly attends: boolean;
  readonly #queue = new OperationQueue(nextTask);
  #closing: Promise<void> | undefined;

  constructor(name: string) {
    this.name = name;
  }

  abstract createSequence(): HeadSequence;

  abstract memory(): MemoryUse;

  close(): Promise<void> {
    this.#closing ??= this.#queue.idle().then(() => this.free());
    return this.#closing;
  }

  /** Runs a pass in its turn, unless it was cancelled before. */
  enqueue<Result>(run: () => Promise<Result>, signal: AbortSignal | undefined): Promise<Result> {
    this.assertOpen();
    signal?.throwIfAborted();
    return new Promise((resolve, reject) => {
      this.#queue.push({
        kind: 'pass',
        run: async () => {
          try {
            signal?.throwIfAborted();
            resolve(await computeTurns.take(run));
          } catch (error) {
            reject(error);
          }
        },
      });
    });
  }

  /** It frees everything itself once no pass runs. */
  get isClosing(): boolean {
    return this.#closing !== undefined;
  }

  assertOpen(): void {
    if (this.isClosing) throw new ClosedError(`The head ${this.name} is closed.`);
  }

  /** Frees everything; called once, when no pass runs. */
  protected abstract free(): Promise<void>;
}

/** Indices of the wanted entries. */
export function wantedEntries({ rows, tokens }: HeadRequest): number[] {
  if (rows === 'none') return [];
  return rows === 'last' ? [tokens.length - 1] : [...tokens.keys()];
}

/** @throws InvalidArgumentError. */
export function checkRollback(length: number, current: number): void {
  if (!Number.isInteger(length) || length < 0 || length > current) {
    throw new InvalidArgumentError(
      `A head's sequence of ${current} entries cannot be rolled back to ${length}.`,
    );
  }
}
