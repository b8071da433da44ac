import type { ForwardResult } from '../contract/forward.js';
import type { LanguageModel } from '../contract/language-model.js';
import { createLogitsTransform } from '../sampling/create-logits-transform.js';
import type { SamplingSettings } from '../sampling/sampling-settings.js';
import { type CostCurve, costCurve } from './cost-curve.js';

export interface MeasurePassCostsOptions {
  /** Milliseconds. */
  readonly clock: () => number;
  /** Pass lengths to measure, ascending from 1; those beyond the model's limits are left out. */
  readonly lengths: readonly number[];
  /** Milliseconds after which no further repetition starts; every length is measured at least once. */
  readonly budget: number;
  /** Tokens already in the cache; default 64. */
  readonly prefixLength?: number | undefined;
  /** The host work on every row is done, and counted, with these settings. */
  readonly sampling?: SamplingSettings | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Enough for a quartile that one disturbed pass does not move. */
const mostRepetitions = 12;
/** Passes of one length in a row; the first brings caches and threads from the length before. */
const passesInARow = 3;

/**
 * Measures t(n) on this machine: the lengths take turns, so that a disturbance hits all of them; the
 * lower quartile of each, made non-falling, since a longer pass never costs less and noise might say so.
 */
export async function measurePassCosts(
  model: LanguageModel,
  options: MeasurePassCostsOptions,
): Promise<CostCurve> {
  const { clock, signal, budget, prefixLength = 64 } = options;
  const transform = createLogitsTransform(options.sampling ?? {}, model.vocabularySize);
  const longest = Math.min(model.capabilities.maximumPassTokens, model.contextLength - prefixLength);
  const lengths = options.lengths.filter((length) => length <= longest);
  // Any tokens will do: a dense model's pass costs the same for all.
  const tokens = Array.from({ length: prefixLength + longest }, (_, index) => index % model.vocabularySize);
  const prefix = tokens.slice(0, prefixLength);
  const samples = lengths.map((): number[] => []);
  const sequence = model.createSequence();
  try {
    await model.forward([{ sequence, tokens: prefix, rows: 'none' }], { signal });
    const measure = async (length: number): Promise<number> => {
      const passTokens = tokens.slice(prefixLength, prefixLength + length);
      const start = clock();
      const [result] = await model.forward([{ sequence, tokens: passTokens, rows: 'all' }], { signal });
      const { logits } = result as ForwardResult;
      for (let row = 0; row < length; row++) transform.apply(logits.read(row), prefix, row);
      const milliseconds = clock() - start;
      sequence.doRollback(prefixLength);
      return milliseconds;
    };
    const start = clock();
    // The first pass of every length warms up the engine and the just-in-time compiler.
    for (const length of lengths) await measure(length);
    for (let repetition = 0; repetition < mostRepetitions; repetition++) {
      for (const [index, length] of lengths.entries()) {
        await measure(length);
        for (let pass = 1; pass < passesInARow; pass++)
          (samples[index] as number[]).push(await measure(length));
      }
      if (clock() - start > budget) break;
    }
  } finally {
    sequence.close();
  }
  return costCurve(lengths, samples);
}
