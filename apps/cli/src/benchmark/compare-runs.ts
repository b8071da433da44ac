import {
  compareGreedy,
  createRequestRandom,
  type DecodeCounters,
  type Drafter,
  type DraftLengthController,
  generate,
  type GreedyDifference,
  type LanguageModel,
  type SamplingSettings,
} from '@foretoken/core';
import { bootstrapRatio, hodgesLehmannRatio, type RatioInterval } from '@foretoken/stats';
import { steadyClock } from '@foretoken/planner';
import { type BeginGeneration, type DecodedInTurns, decodeInTurns } from './decode-in-turns.js';
import { type Summary, summarize } from './summary.js';

export interface CompareRunsOptions {
  readonly target: LanguageModel;
  readonly drafter: Drafter;
  /** Of all runs; undefined: the default. */
  readonly controller: DraftLengthController | undefined;
  /** Token ids. */
  readonly prompts: readonly (readonly number[])[];
  readonly sampling: SamplingSettings;
  readonly rule: string;
  readonly seed: number;
  readonly maximumTokens: number;
  /** True where the drafter drafts trees; default false. */
  readonly trees?: boolean | undefined;
  /** Times that every prompt is run in both ways. */
  readonly repeats: number;
  readonly signal?: AbortSignal | undefined;
  readonly onPrompt?: ((done: number, total: number) => void) | undefined;
}

/** Rates and counts of one way of decoding, over all prompts. */
export interface RunStatistics {
  readonly tokensPerSecond: Summary;
  readonly blockEfficiency: number;
  /** Characters of output per target pass: comparable across tokenizers. */
  readonly charactersPerPass: number;
  readonly acceptanceRate: number;
  readonly acceptedByPosition: readonly number[];
  readonly draftedByPosition: readonly number[];
}

interface PromptDifference extends GreedyDifference {
  readonly prompt: number;
}

export interface Comparison {
  readonly plain: RunStatistics;
  readonly speculative: RunStatistics;
  /** Speculative tokens per second over plain ones, by prompt; reading the prompt is not counted. */
  readonly ratio: Summary;
  readonly ratios: readonly number[];
  /** The typical prompt's ratio with a 95 % interval over prompts (Hodges and Lehmann). */
  readonly speedup: RatioInterval;
  /** Plain time of all prompts together over speculative time, with a 95 % interval over prompts (bootstrap). */
  readonly workload: RatioInterval;
  /** Greedy only: how many prompts gave the same text both ways. */
  readonly identical: number | undefined;
  readonly differences: readonly PromptDifference[];
}

/**
 * What each way decodes in its turn. The first passes after those of another length are slower, with turns of 16 tokens by 3 % in
 * all; and two texts that are decoded side by side in one context of llama.cpp share its cells, so that attention reads both: a
 * small model decodes a text as a whole.
 */
const turn = { tokens: 32, milliseconds: 400 };
const warmUpMilliseconds = 6000;
/** As many texts as there are prompts, but so many where they are fewer. */
const warmUpTexts = 8;

/** Plain and speculative decoding of the same prompts side by side, who begins alternating. */
export async function compareRuns(options: CompareRunsOptions): Promise<Comparison> {
  const { target, prompts, repeats, signal, sampling } = options;
  const greedy = sampling.temperature === 0;
  const plainRuns: DecodeCounters[] = [];
  const speculativeRuns: DecodeCounters[] = [];
  const ratios: number[] = [];
  const times: { plain: number[]; speculative: number[] } = { plain: [], speculative: [] };
  const differences: PromptDifference[] = [];
  const begin =
    (prompt: readonly number[], speculative: boolean): BeginGeneration =>
    (clock) =>
      generate({
        target,
        prompt,
        sampling,
        rule: options.rule,
        seed: options.seed,
        maximumTokens: options.maximumTokens,
        ignoreEndTokens: true,
        signal,
        clock: steadyClock(clock),
        ...(speculative ? { drafter: options.drafter, draftLength: options.controller } : {}),
      });
  const run = async (
    prompt: readonly number[],
    speculativeFirst: boolean,
  ): Promise<{ readonly plain: DecodedInTurns; readonly speculative: DecodedInTurns }> => {
    const order = speculativeFirst ? [1, 0] : [0, 1];
    const turns = { ...turn, order: () => order };
    const ways = [begin(prompt, false), begin(prompt, true)];
    const [plain, speculative] = (await decodeInTurns(ways, turns)) as [DecodedInTurns, DecodedInTurns];
    signal?.throwIfAborted();
    return { plain, speculative };
  };
  // Not counted: engine, memory and compiler warm up. Before a small model has decoded for some seconds it is a third slower, and
  // drafting, which comes later to its code, loses up to a tenth more.
  const elapsed = steadyClock(() => performance.now());
  const warmUps = Math.max(warmUpTexts, prompts.length);
  for (let warmUp = 0; warmUp < warmUps && elapsed() < warmUpMilliseconds; warmUp++)
    await run(prompts[warmUp % prompts.length] as readonly number[], warmUp % 2 === 1);
  for (const [index, prompt] of prompts.entries()) {
    const promptRatios: number[] = [];
    const own: typeof times = { plain: [], speculative: [] };
    let texts: { plain: DecodedInTurns; speculative: DecodedInTurns } | undefined;
    for (let repeat = 0; repeat < repeats; repeat++) {
      const { plain, speculative } = await run(prompt, (index + repeat) % 2 === 1);
      plainRuns.push(plain.counters);
      speculativeRuns.push(speculative.counters);
      promptRatios.push(tokensPerSecond(speculative.counters) / tokensPerSecond(plain.counters));
      texts = { plain, speculative };
      own.plain.push(millisecondsPerToken(plain.counters));
      own.speculative.push(millisecondsPerToken(speculative.counters));
    }
    ratios.push(summarize(promptRatios).median);
    times.plain.push(summarize(own.plain).median);
    times.speculative.push(summarize(own.speculative).median);
    if (greedy && texts !== undefined) {
      const difference = await compareGreedy(target, prompt, texts.plain.tokens, texts.speculative.tokens, {
        trees: options.trees ?? false,
      });
      if (difference !== undefined) differences.push({ prompt: index, ...difference });
    }
    options.onPrompt?.(index + 1, prompts.length);
  }
  return {
    plain: statistics(plainRuns),
    speculative: statistics(speculativeRuns),
    ratio: summarize(ratios),
    ratios,
    workload: ratioOfTotals(times, options.seed),
    speedup: hodgesLehmannRatio({ baseline: ratios, candidate: ratios.map(() => 1) }),
    identical: greedy ? prompts.length - differences.length : undefined,
    differences,
  };
}

function millisecondsPerToken({ committedCount, decodeMilliseconds }: DecodeCounters): number {
  return (decodeMilliseconds as number) / committedCount;
}

function tokensPerSecond(counters: DecodeCounters): number {
  return 1000 / millisecondsPerToken(counters);
}

/** Of one prompt without bounds. */
function ratioOfTotals(
  { plain, speculative }: { readonly plain: readonly number[]; readonly speculative: readonly number[] },
  seed: number,
): RatioInterval {
  if (plain.length < 2) {
    const estimate = (plain[0] as number) / (speculative[0] as number);
    return { estimate, lower: 0, upper: Infinity, confidence: 0.95 };
  }
  const round = createRequestRandom({ seed }).round(0);
  let draw = 0;
  return bootstrapRatio(
    { baseline: plain, candidate: speculative },
    { random: () => round.uniform('sample', 0, draw++, 0), resamples: 2000 },
  );
}

function statistics(runs: readonly DecodeCounters[]): RunStatistics {
  const total = (pick: (counters: DecodeCounters) => number): number =>
    runs.reduce((sum, counters) => sum + pick(counters), 0);
  const byPosition = (pick: (counters: DecodeCounters) => readonly number[]): number[] => {
    const longest = Math.max(...runs.map((counters) => pick(counters).length));
    return Array.from({ length: longest }, (_, position) =>
      total((counters) => pick(counters)[position] ?? 0),
    );
  };
  return {
    tokensPerSecond: summarize(runs.map(tokensPerSecond)),
    blockEfficiency: total((counters) => counters.committedCount) / total((counters) => counters.roundCount),
    charactersPerPass:
      total((counters) => counters.characterCount) / total((counters) => counters.roundCount),
    acceptanceRate: total((counters) => counters.acceptedCount) / total((counters) => counters.draftedCount),
    acceptedByPosition: byPosition((counters) => counters.acceptedByPosition),
    draftedByPosition: byPosition((counters) => counters.draftedByPosition),
  };
}
