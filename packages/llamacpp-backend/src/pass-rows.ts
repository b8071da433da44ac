import type { LlamaContext } from './llama-context.js';
import type { Batch } from './split-batches.js';

/** The wanted rows of a pass, request by request. */
export class PassRows {
  readonly #logits: readonly Float32Array[][];
  readonly #hiddenStates: readonly Float32Array[][];
  readonly #copied: boolean;

  /** @param copied true where a later batch of the pass overwrites the rows. */
  constructor(requestCount: number, copied: boolean) {
    this.#logits = Array.from({ length: requestCount }, () => []);
    this.#hiddenStates = Array.from({ length: requestCount }, () => []);
    this.#copied = copied;
  }

  logits(request: number): readonly Float32Array[] {
    return this.#logits[request] as readonly Float32Array[];
  }

  hiddenStates(request: number): readonly Float32Array[] {
    return this.#hiddenStates[request] as readonly Float32Array[];
  }

  /** Takes the rows of the batch that the context has just decoded. */
  take(batch: Batch, context: LlamaContext, vocabularySize: number, hiddenStateWidth: number): void {
    const isOutput = ({ output }: { readonly output: boolean }): boolean => output || batch.hiddenStates;
    const rowCount = batch.tokens.reduce((sum, token) => sum + (isOutput(token) ? 1 : 0), 0);
    if (rowCount === 0) return;
    const logits = context.logits(vocabularySize);
    const hiddenStates = batch.hiddenStates ? context.hiddenStates(rowCount, hiddenStateWidth) : undefined;
    let row = 0;
    for (const token of batch.tokens) {
      if (token.output) this.#logits[token.request]?.push(this.#row(logits, row, vocabularySize));
      if (token.hiddenState && hiddenStates !== undefined) {
        this.#hiddenStates[token.request]?.push(this.#row(hiddenStates, row, hiddenStateWidth));
      }
      if (isOutput(token)) row += 1;
    }
  }

  #row(rows: Float32Array, row: number, width: number): Float32Array {
    const view = rows.subarray(row * width, (row + 1) * width);
    return this.#copied ? view.slice() : view;
  }
}
