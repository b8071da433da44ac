import type { LoadModelOptions } from '../../contract/backend.js';
import type { ForwardRequest, ForwardResult } from '../../contract/forward.js';
import type { LanguageModel } from '../../contract/language-model.js';
import type { Sequence } from '../../contract/sequence.js';
import { createRequestRandom } from '../../random/request-random.js';
import { check, type ConformanceCase } from '../conformance-case.js';

export interface BackendConformanceOptions {
  /**
   * Loads the model under test; every case loads it afresh and closes it. A small one is enough: at least 48
   * tokens of context and a vocabulary of 3.
   */
  readonly loadModel: (options: LoadModelOptions) => Promise<LanguageModel>;
  /**
   * Largest difference of any log-probability between passes that read the same tokens in other portions
   * (the numerics class): about 1e-4 in float32, some tenths in 8 bits.
   */
  readonly tolerance: number;
}

/** What every case of the suite works with. */
export interface ConformanceModel {
  readonly model: LanguageModel;
  readonly tolerance: number;
  /** Token ids of a random text, the same for the same number. */
  readonly text: (number: number, length: number) => number[];
  /** Log-probabilities after a text, read in one pass by a sequence of its own; a copy, [vocabularySize]. */
  readonly after: (tokens: readonly number[]) => Promise<Float64Array>;
}

export type ConformanceBody = (under: ConformanceModel) => Promise<void>;

const seed = 20_261_124;
export const conformanceContext = 48;
const maximumSequences = 4;

export function backendCase(
  name: string,
  { loadModel, tolerance }: BackendConformanceOptions,
  body: ConformanceBody,
): ConformanceCase {
  return {
    name,
    async run() {
      const model = await loadModel({ contextLength: conformanceContext, maximumSequences, threads: 1 });
      try {
        await body({ model, tolerance, text: (number, length) => randomText(model, number, length), after });
      } finally {
        await model.close();
      }
      async function after(tokens: readonly number[]): Promise<Float64Array> {
        const sequence = model.createSequence();
        try {
          return await next(sequence, tokens);
        } finally {
          sequence.close();
        }
      }
    },
  };
}

function randomText({ vocabularySize }: LanguageModel, number: number, length: number): number[] {
  const random = createRequestRandom({ seed }).round(number);
  return Array.from({ length }, (_, index) =>
    Math.floor(random.uniform('sample', 0, 0, index) * vocabularySize),
  );
}

/** One pass of one request. */
export async function pass(request: ForwardRequest): Promise<ForwardResult> {
  const [result] = await request.sequence.model.forward([request]);
  check(result !== undefined, 'a pass of one request gave no result');
  return result;
}

/** Reads tokens into a sequence; the log-probabilities after the last of them, a copy. */
export async function next(sequence: Sequence, tokens: readonly number[]): Promise<Float64Array> {
  return logProbabilities(await pass({ sequence, tokens, rows: 'last' }), 0);
}

/** Log-probabilities of a row, a copy, [vocabularySize]. */
export function logProbabilities({ logits }: ForwardResult, row: number): Float64Array {
  const values = Float64Array.from(logits.read(row));
  let largest = Number.NEGATIVE_INFINITY;
  for (const value of values) largest = Math.max(largest, value);
  let sum = 0;
  for (const value of values) sum += Math.exp(value - largest);
  const shift = largest + Math.log(sum);
  return values.map((value) => value - shift);
}

/** Largest difference of two rows of log-probabilities; impossible tokens must be the same in both. */
export function distance(left: Float64Array, right: Float64Array): number {
  let largest = 0;
  for (const [token, value] of left.entries()) {
    const other = right[token] as number;
    if (value !== other) largest = Math.max(largest, Math.abs(value - other));
  }
  return largest;
}

/** Two rows are the same up to rounding. */
export function checkSame(
  what: string,
  { tolerance }: ConformanceModel,
  actual: Float64Array,
  expected: Float64Array,
): void {
  const difference = distance(actual, expected);
  check(
    difference <= tolerance,
    `${what}: log-probabilities differ by ${difference}, the tolerance is ${tolerance}`,
  );
}
