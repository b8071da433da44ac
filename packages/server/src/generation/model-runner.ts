import {
  createForcedTokenDrafter,
  createPrefixCache,
  type DecodeEvent,
  type Drafter,
  type DraftLengthController,
  type LogitsTransform,
  type PrefixCache,
} from '@foretoken/core';
import type { ServerMetrics } from '../metrics.js';
import type { ServedModel } from '../served-model.js';
import type { ServerOptions } from '../server-options.js';
import { RequestQueue } from './request-queue.js';

/** What is generated, checked: nothing here can be wrong with it. */
export interface GenerationRequest {
  /** Token ids, [1 or more, at most the context length]. */
  readonly prompt: readonly number[];
  readonly transform: LogitsTransform;
  /** Tokens to draft a round, at most; undefined: as the server was started. */
  readonly draftLength: number | undefined;
  /** At least 1; undefined: what the context has room for. */
  readonly maximumTokens: number | undefined;
  readonly stop: readonly string[];
  readonly seed: number;
  /** The most probable tokens beside every token, 0 to 20; undefined: no log-probabilities. */
  readonly logprobs: number | undefined;
  readonly ignoreEndTokens: boolean;
}

/** A drafter, and what chooses its lengths: it learns from one request for the next. */
interface Drafting {
  readonly drafter: Drafter;
  readonly draftLength: DraftLengthController | undefined;
}

const usualMostWaiting = 64;

/** Runs one generation after another on one model, with the cache of the last one's tokens. */
export class ModelRunner {
  readonly queue: RequestQueue;
  readonly #model: ServedModel;
  readonly #options: ServerOptions;
  readonly #metrics: ServerMetrics;
  readonly #cache: PrefixCache;
  #freeText: Drafting | undefined;
  /** Of text under a mask, whose acceptance is another. */
  #structured: Drafting | undefined;
  #generationCount = 0;
  #busyMilliseconds = 0;

  constructor(options: ServerOptions, metrics: ServerMetrics) {
    const { model, mostWaiting = usualMostWaiting } = options;
    this.#model = model;
    this.#options = options;
    this.#metrics = metrics;
    this.#cache = createPrefixCache(model.target);
    this.queue = new RequestQueue(mostWaiting, () =>
      this.#generationCount === 0 ? 0 : this.#busyMilliseconds / this.#generationCount / 1000,
    );
    metrics.watch(this.queue);
    const { drafter, structuredDrafter, createDraftLength } = model;
    const structured = structuredDrafter ?? (drafter && createForcedTokenDrafter({ inner: drafter }));
    const drafting = (by: Drafter | undefined): Drafting | undefined =>
      by && { drafter: by, draftLength: createDraftLength?.() };
    this.#freeText = drafting(drafter);
    this.#structured = drafting(structured);
  }

  /** What drafts now; undefined where nothing does, or where it has failed. */
  get drafter(): Drafter | undefined {
    return this.#freeText?.drafter;
  }

  /**
   * Waits for the turn and generates. An aborted signal ends it, as `generate` does.
   *
   * @throws RefusedRequestError where the queue does not take it; what the engine throws.
   */
  async *run(request: GenerationRequest, signal: AbortSignal): AsyncGenerator<DecodeEvent, void, undefined> {
    const leave = await this.queue.enter(signal);
    const { clock } = this.#options;
    const started = clock();
    try {
      yield* this.#generate(request, signal);
    } finally {
      this.#generationCount += 1;
      this.#busyMilliseconds += clock() - started;
      leave();
    }
  }

  /** Ends what runs, refuses the rest, and frees the cache. */
  async close(): Promise<void> {
    await this.queue.close();
    this.#cache.close();
  }

  async *#generate(
    { draftLength, ...request }: GenerationRequest,
    signal: AbortSignal,
  ): AsyncGenerator<DecodeEvent, void, undefined> {
    const { clock, onNote } = this.#options;
    const drafting = request.transform.allowedTokens === undefined ? this.#freeText : this.#structured;
    const usesDrafter = drafting !== undefined && draftLength !== 0;
    try {
      for await (const event of this.#cache.generate({
        ...request,
        ...(usesDrafter && { ...drafting, ...(draftLength !== undefined && { draftLength }) }),
        rule: this.#model.rule,
        clock,
        signal,
      })) {
        this.#metrics.count(event);
        if (event.type === 'drafter-failed') {
          // It failed, and would fail again.
          this.#freeText = undefined;
          this.#structured = undefined;
          onNote?.(`The drafter ${event.drafter} failed and is not asked again: ${String(event.error)}`);
        }
        if (event.type === 'generation-end') await this.#keepOutput(event.tokens);
        yield event;
      }
    } catch (error) {
      this.#metrics.countFailure();
      // What the sequence holds now is not certain.
      this.#cache.close();
      throw error;
    }
  }
  /** The answer is there, whether or not it can be kept. */
  async #keepOutput(tokens: readonly number[]): Promise<void> {
    const { keepOutput, onNote } = this.#options;
    if (tokens.length === 0) return;
    try {
      await keepOutput?.(tokens);
    } catch (error) {
      onNote?.(String(error));
    }
  }
}
