import type { ForwardResult } from '../contract/forward.js';
import type { LanguageModel } from '../contract/language-model.js';
import { createLogitsTransform } from '../sampling/create-logits-transform.js';
import type { SamplingSettings } from '../sampling/sampling-settings.js';
import { coarseToFine } from './coarse-to-fine.js';
import { costCurve, type MeasuredCostCurve } from './cost-curve.js';
import { readPrefix } from './read-prefix.js';

export interface MeasurePassCostsOptions {
  /** Milliseconds. */
  readonly clock: () => number;
  /** Pass lengths to measure, ascending from 1; those beyond the model's limits are left out. */
  readonly lengths: readonly number[];
  /** Milliseconds after which nothing more is measured, but for three lengths at least once. */
  readonly budget: number;
  /**
   * Tokens already in the cache, at least 1; at most half of the context, and fewer where reading that many would take a
   * quarter of the budget. Default 64.
   */
  readonly prefixLength?: number | undefined;
  /** The host work on every row is done, and counted, with these settings. */
  readonly sampling?: SamplingSettings | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Enough for a quartile that one disturbed pass does not move. */
const mostRepetitions = 12;
/**
 * Passes of one length in a row: at least so many, and for so many milliseconds. The first half does not count: it
 * brings caches and threads from the length before, which takes short passes longest. Where they are long themselves, two
 * are enough, and both count.
 */
const fewestPasses = 4;
const fewestLongPasses = 2;
const shortestTurn = 20;
const longTurn = 200;
const fewestLengths = 3;

/**
 * Measures t(n) on this machine: the lengths take turns, so that a disturbance hits all of them; the
 * lower quartile of each, made non-falling, since a longer pass never costs less and noise might say so. Where the
 * budget is spent early, the curve has fewer lengths.
 */
export async function measurePassCosts(
  model: LanguageModel,
  options: MeasurePassCostsOptions,
): Promise<MeasuredCostCurve> {
  const { clock, signal, budget } = options;
  const prefixLength = Math.max(1, Math.min(options.prefixLength ?? 64, model.contextLength >> 1));
  const transform = createLogitsTransform(options.sampling ?? {}, model.vocabularySize);
  const longest = Math.min(model.capabilities.maximumPassTokens, model.contextLength - prefixLength);
  const lengths = coarseToFine(options.lengths.filter((length) => length <= longest));
  const samples = new Map(lengths.map((length): [number, number[]] => [length, []]));
  const sequence = model.createSequence();
  let contextTokens: number;
  try {
    const start = clock();
    const spent = (): boolean => clock() - start > budget;
    const prefix = await readPrefix(sequence, {
      wanted: prefixLength,
      milliseconds: budget / 4,
      clock,
      signal,
    });
    contextTokens = prefix.length;
    const measure = async (length: number): Promise<number> => {
      const passTokens = Array.from({ length }, (_, index) => index % model.vocabularySize);
      const passStart = clock();
      const [result] = await model.forward([{ sequence, tokens: passTokens, rows: 'all' }], { signal });
      const { logits } = result as ForwardResult;
      for (let row = 0; row < length; row++) transform.apply(logits.read(row), prefix, row);
      const milliseconds = clock() - passStart;
      sequence.doRollback(prefix.length);
      return milliseconds;
    };
    // The first pass warms up the engine and the just-in-time compiler.
    await measure(1);
    for (let repetition = 0; repetition < mostRepetitions; repetition++) {
      for (const [index, length] of lengths.entries()) {
        const isNeeded = repetition === 0 && index < fewestLengths;
        if (spent() && !isNeeded) break;
        const costs: number[] = [];
        const turn = clock();
        let elapsed = 0;
        while (!isTurnOver(costs.length, elapsed)) {
          costs.push(await measure(length));
          elapsed = clock() - turn;
          if (spent()) break;
        }
        // What ended the budget may be one disturbed pass, and then it would be all that is known of this length.
        if (!isTurnOver(costs.length, elapsed) && !isNeeded) break;
        (samples.get(length) as number[]).push(...costs.slice(elapsed < longTurn ? costs.length >> 1 : 0));
      }
    }
  } finally {
    sequence.close();
  }
  return { ...costCurve(samples), contextTokens };
}

function isTurnOver(passes: number, elapsed: number): boolean {
  return elapsed >= shortestTurn && passes >= (elapsed < longTurn ? fewestPasses : fewestLongPasses);
}
