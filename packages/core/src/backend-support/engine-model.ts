import type { Capabilities } from '../contract/capabilities.js';
import type { ForwardOptions, ForwardRequest, ForwardResult } from '../contract/forward.js';
import type { LanguageModel } from '../contract/language-model.js';
import type { MemoryUse } from '../contract/memory-use.js';
import type { Sequence } from '../contract/sequence.js';
import type { Tokenizer } from '../contract/tokenizer.js';
import { ClosedError } from '../errors/closed-error.js';
import { InvalidArgumentError } from '../errors/invalid-argument-error.js';
import { SequenceLimitError } from '../errors/sequence-limit-error.js';
import { UnsupportedError } from '../errors/unsupported-error.js';
import { type CheckedRequest, checkRequests } from './check-requests.js';
import type { EngineSequence, PendingTree } from './engine-sequence.js';
import { type Operation, OperationQueue } from './operation-queue.js';

/** What every engine's model is described by. */
export interface EngineModelParts {
  readonly name: string;
  readonly tokenizer: Tokenizer;
  readonly contextLength: number;
  readonly capabilities: Capabilities;
  /** Resolves after the microtasks that wait now: `setImmediate` of node:timers/promises. */
  readonly nextTask: () => Promise<unknown>;
}

/** A request in the queue. */
export interface QueuedRequest<Kind extends EngineSequence = EngineSequence> extends CheckedRequest<Kind> {
  /** Tokens of the sequence before the request. */
  readonly start: number;
  /** The sequence's tree; undefined for a chain. It may no longer be pending when the pass runs. */
  readonly tree: PendingTree | undefined;
  /** Its number among the passes of the sequence. */
  readonly pass: number;
}

/**
 * The contract's order of things, the same for every engine: requests are checked, passes queue, a failed or
 * cancelled one gives its tokens back, and closing waits. An engine adds the pass and the cache.
 */
export abstract class EngineModel<Kind extends EngineSequence = EngineSequence> implements LanguageModel {
  readonly name: string;
  readonly tokenizer: Tokenizer;
  readonly vocabularySize: number;
  readonly contextLength: number;
  readonly capabilities: Capabilities;
  readonly #queue: OperationQueue;
  #openSequences = 0;
  #closing: Promise<void> | undefined;
  #freed = false;

  constructor(parts: EngineModelParts) {
    this.name = parts.name;
    this.tokenizer = parts.tokenizer;
    this.vocabularySize = parts.tokenizer.vocabularySize;
    this.contextLength = parts.contextLength;
    this.capabilities = parts.capabilities;
    this.#queue = new OperationQueue(parts.nextTask);
  }

  createSequence(): Sequence {
    return this.openSequence(0);
  }

  async forward(
    requests: readonly ForwardRequest[],
    options: ForwardOptions = {},
  ): Promise<readonly ForwardResult[]> {
    this.assertOpen();
    options.signal?.throwIfAborted();
    const queued = checkRequests(this, requests).map(begin);
    return new Promise((resolve, reject) => {
      const operation: Operation = {
        kind: 'pass',
        run: async () => {
          options.signal?.removeEventListener('abort', onAbort);
          try {
            for (const { sequence, pass } of queued) {
              if (sequence.closed) throw new ClosedError('The sequence was closed before its pass ran.');
              if (sequence.failure !== undefined) throw sequence.failure;
              if (sequence.isUndone(pass)) {
                throw new InvalidArgumentError('An earlier pass of the sequence failed or was cancelled.');
              }
            }
            // A model makes sequences of its own kind only.
            resolve(await this.runPass(queued as QueuedRequest<Kind>[], options));
          } catch (error) {
            for (const request of queued) undo(request, true);
            reject(error);
          }
          for (const { sequence } of queued) sequence.endPass();
        },
      };
      const onAbort = (): void => {
        if (!this.#queue.remove(operation)) return;
        for (const request of queued) undo(request, false);
        for (const { sequence } of queued) sequence.endPass();
        reject(options.signal?.reason);
      };
      options.signal?.addEventListener('abort', onAbort, { once: true });
      this.#queue.push(operation);
    });
  }

  memory(): MemoryUse {
    this.assertOpen();
    return this.measureMemory();
  }

  close(): Promise<void> {
    this.#closing ??= this.#queue.idle().then(() => {
      this.#freed = true;
      return this.free();
    });
    return this.#closing;
  }

  // -------- for the engine --------

  /** True once nothing of the engine's memory may be read any more. */
  get memoryFreed(): boolean {
    return this.#freed;
  }

  /** Runs one pass. Results in the order of the requests; throws where any of them fails. */
  protected abstract runPass(
    requests: readonly QueuedRequest<Kind>[],
    options: ForwardOptions,
  ): Promise<ForwardResult[]>;

  /** A sequence object and its cache, with room for all its tokens. */
  protected abstract makeSequence(length: number): Kind;

  protected abstract measureMemory(): MemoryUse;

  /** Frees everything; called once, when no pass runs. */
  protected abstract free(): void | Promise<void>;

  // -------- for the model's sequences --------

  /** Leaves that new trees may have now; an engine that keeps something for every leaf has fewer at times. */
  get availableLeaves(): number {
    return this.capabilities.maximumLeaves;
  }

  assertOpen(): void {
    if (this.#closing !== undefined) throw new ClosedError(`The model ${this.name} is closed.`);
  }

  assertRollback(): void {
    if (!this.capabilities.rollback) {
      throw new UnsupportedError(
        `${this.name} is a recurrent model: its state cannot be shortened by position, so it cannot speculate.`,
      );
    }
  }

  /** Changes a cache after the passes that were requested before. Once everything is freed, there is none. */
  change(run: () => void): void {
    if (!this.#freed) this.#queue.push({ kind: 'change', run });
  }

  /** @throws SequenceLimitError where all are in use. */
  openSequence(length: number): Kind {
    this.assertOpen();
    if (this.#openSequences >= this.capabilities.maximumSequences) {
      throw new SequenceLimitError(
        `All ${this.capabilities.maximumSequences} sequences of ${this.name} are in use: close one, or load the model with a larger maximumSequences.`,
      );
    }
    const sequence = this.makeSequence(length);
    this.#openSequences += 1;
    return sequence;
  }

  closeSequence(sequence: Kind): void {
    this.#openSequences -= 1;
    this.change(() => sequence.releaseCache());
  }
}

function begin(request: CheckedRequest): QueuedRequest {
  const { sequence, parents, leaves, tokens } = request;
  const start = sequence.length;
  const pass = sequence.beginPass();
  if (parents === undefined) sequence.extend(tokens.length);
  else sequence.beginTree({ start, parents, leaves });
  return { ...request, start, tree: sequence.pendingTree, pass };
}

/** Gives a request's tokens back; `started` where some of them may be in the cache. */
function undo({ sequence, start, pass }: QueuedRequest, started: boolean): void {
  if (!sequence.closed && !sequence.isUndone(pass)) sequence.undo(pass, start, started);
}
