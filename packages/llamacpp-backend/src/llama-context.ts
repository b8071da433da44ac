import { ContextOverflowError, EngineError } from '@foretoken/core';
import { computeTurns } from '@foretoken/core/backend';
import koffi from 'koffi';
import type { NativeFunctions, Pointer } from './native-functions.js';
import { PassBuffers } from './pass-buffers.js';

/** One token of a batch. */
export interface BatchToken {
  readonly token: number;
  readonly position: number;
  /** The engine's sequences that the token belongs to, [1 or more]. */
  readonly sequences: readonly number[];
  readonly output: boolean;
}

export interface ContextLimits {
  /** Most tokens of one native call. */
  readonly batchSize: number;
  /** Most rows of one native call. */
  readonly outputs: number;
  readonly sequences: number;
}

/** Thin, checked access to one `llama_context`. Nothing here may overlap: the operation queue sees to that. */
export class LlamaContext {
  readonly limits: ContextLimits;
  readonly #native: NativeFunctions;
  readonly #context: Pointer;
  readonly #memory: Pointer;
  readonly #buffers: PassBuffers;
  readonly #views = new Map<Pointer, Float32Array>();
  #embeddings = false;

  constructor(native: NativeFunctions, context: Pointer, limits: ContextLimits) {
    this.limits = limits;
    this.#native = native;
    this.#context = context;
    this.#memory = native.memory(context) as Pointer;
    this.#buffers = new PassBuffers(limits.batchSize, limits.sequences);
  }

  /** @param single threads of a pass over one token; @param batch of passes over several. */
  setThreads(single: number, batch: number): void {
    this.#native.setThreads(this.#context, single, batch);
  }

  /** Runs one batch on a thread of its own. @throws ContextOverflowError, EngineError. */
  decode(tokens: readonly BatchToken[], embeddings: boolean): Promise<void> {
    return computeTurns.take(() => this.#decode(tokens, embeddings));
  }

  #decode(tokens: readonly BatchToken[], embeddings: boolean): Promise<void> {
    if (embeddings !== this.#embeddings) {
      this.#native.setEmbeddings(this.#context, embeddings);
      this.#embeddings = embeddings;
    }
    const buffers = this.#buffers;
    for (const [index, { token, position, sequences, output }] of tokens.entries()) {
      buffers.tokens[index] = token;
      buffers.positions[index] = position;
      // With embeddings on, the engine wants every token as an output.
      buffers.outputs[index] = output || embeddings ? 1 : 0;
      buffers.setSequences(index, sequences);
    }
    return new Promise((resolve, reject) => {
      this.#native.decode.async(
        this.#context,
        buffers.batch(tokens.length),
        (error: unknown, status: number) => {
          if (error !== null && error !== undefined)
            reject(new EngineError('llama_decode failed.', { cause: error }));
          else if (status === 0) resolve();
          else if (status === 1) {
            reject(
              new ContextOverflowError(
                'The cache has no room left for these tokens: close a sequence, or load the model with a larger contextLength or maximumSequences.',
              ),
            );
          } else reject(new EngineError(`llama_decode failed with status ${status}.`));
        },
      );
    });
  }

  /** Rows of the last batch's outputs, in batch order; a view of the engine's own buffer. */
  logits(width: number): Float32Array {
    // Warming up has made the buffer as large as it gets: one view serves all passes.
    return this.#view(this.#native.logits(this.#context), this.limits.outputs * width);
  }

  hiddenStates(rowCount: number, width: number): Float32Array {
    return this.#view(this.#native.embeddings(this.#context), rowCount * width);
  }

  /** Removes a sequence's tokens from a position on. */
  remove(sequence: number, from: number): void {
    if (!this.#native.memoryRemove(this.#memory, sequence, from, -1)) {
      throw new EngineError(`The cache of sequence ${sequence} cannot be shortened to ${from} tokens.`);
    }
  }

  /** Bytes that a sequence's tokens take up in the cache. */
  sequenceBytes(sequence: number): number {
    return Number(this.#native.sequenceBytes(this.#context, sequence));
  }

  /** Adds a sequence to the tokens of another one, from one position up to another. */
  share(from: number, to: number, start: number, end: number): void {
    if (end > start) this.#native.memoryCopy(this.#memory, from, to, start, end);
  }

  free(): void {
    this.#native.contextFree(this.#context);
    this.#buffers.free();
    this.#views.clear();
  }

  /** The engine reuses its output buffer, so a view is made once and kept while the address is the same. */
  #view(pointer: Pointer | null, length: number): Float32Array {
    if (pointer === null || pointer === 0n)
      throw new EngineError('llama.cpp returned no output for the last pass.');
    const known = this.#views.get(pointer);
    if (known !== undefined && known.length >= length) return known;
    const view = new Float32Array(koffi.view(pointer, length * 4));
    this.#views.set(pointer, view);
    return view;
  }
}
