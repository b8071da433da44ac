import {
  assertSameVocabulary,
  compareGreedy,
  generateText,
  type GreedyDifference,
  InvalidArgumentError,
  type LanguageModel,
  type MemoryUse,
} from '@foretoken/core';
import type { MeanInterval } from '@foretoken/stats';
import { type ComparedRow, type ComparedText, compareRows } from './compare-rows.js';
import { createMeanOverTexts } from './mean-over-texts.js';
import { type PositionDistances, positionDistances } from './position-distances.js';

const longestWindow = 256;
const fewestTextTokens = 4;

export interface CompareTargetsOptions {
  /** What is in use. */
  readonly reference: LanguageModel;
  /** What may replace it: same vocabulary. */
  readonly candidate: LanguageModel;
  /** Token ids; the reference continues each at temperature 1, and both models are compared on what it wrote. */
  readonly prompts: readonly (readonly number[])[];
  /** Tokens that are continued and compared for every prompt, at least 1. */
  readonly maximumTokens: number;
  /** A text whose perplexity is compared too; default: the continuations. */
  readonly text?: readonly number[] | undefined;
  /** Largest mean total variation that counts as the same, 0 to 1. */
  readonly margin: number;
  /** Of every interval, above 0 and below 1; default 0.95. */
  readonly confidence?: number | undefined;
  readonly seed: number;
  /** Milliseconds. */
  readonly clock: () => number;
  readonly signal?: AbortSignal | undefined;
  readonly onPrompt?: ((done: number, total: number) => void) | undefined;
}

export interface GreedyAgreement {
  /** Prompts with the same greedy text. */
  readonly identical: number;
  /** The first difference of every other prompt. */
  readonly differences: readonly (GreedyDifference & { readonly prompt: number })[];
}

export interface TargetCosts {
  /** Plain greedy decoding, reading the prompt not counted; the models take turns. */
  readonly tokensPerSecond: number;
  readonly memory: MemoryUse;
}

/** What replacing the reference by the candidate changes. Divergences are means over positions. */
export interface TargetComparison {
  readonly reference: string;
  readonly candidate: string;
  readonly positions: number;
  /** Nats. */
  readonly kullbackLeibler: MeanInterval;
  readonly totalVariation: MeanInterval;
  /** Nats. */
  readonly jensenShannon: MeanInterval;
  /** Share of positions with the same most probable token. */
  readonly sameTop: MeanInterval;
  /** By position in the continuation, from 0 on: [maximumTokens], fewer where fewer than two texts get that far. */
  readonly byPosition: readonly PositionDistances[];
  readonly greedy: GreedyAgreement;
  readonly perplexity: {
    readonly reference: number;
    readonly candidate: number;
    /** Difference of the mean log-probabilities, nats a token: above 0 where the candidate is worse. */
    readonly difference: MeanInterval;
  };
  readonly costs: { readonly reference: TargetCosts; readonly candidate: TargetCosts };
  readonly margin: number;
  readonly verdict: ComparisonVerdict;
}

/** `same`: the interval of the mean total variation is within the margin; `different`: beyond it. */
export type ComparisonVerdict = 'same' | 'different' | 'not enough evidence';

/**
 * May a target be replaced: by another engine, weight format or cache format? Both models read the reference's own
 * continuations and their distributions are compared position by position, so nothing is sampled but the texts.
 * Intervals are over prompts, since positions of one text depend on each other.
 *
 * @throws VocabularyMismatchError where the models' tokens differ; InvalidArgumentError for fewer than two prompts, and a text of
 *   fewer than four tokens.
 */
export async function compareTargets(options: CompareTargetsOptions): Promise<TargetComparison> {
  const { reference, candidate, prompts, margin, signal } = options;
  assertSameVocabulary(reference, candidate);
  if (prompts.length < 2)
    throw new InvalidArgumentError(`Intervals are over prompts: give two or more, not ${prompts.length}.`);
  if (options.text !== undefined && options.text.length < fewestTextTokens) {
    throw new InvalidArgumentError(
      `A text has at least ${fewestTextTokens} tokens, two windows of two, not ${options.text.length}.`,
    );
  }
  const texts: ComparedRow[][] = [];
  const greedy: (GreedyDifference & { prompt: number })[] = [];
  const rates = [new Rate(), new Rate()] as const;
  for (const [index, prompt] of prompts.entries()) {
    const text = await continuation(options, prompt, index);
    if (text !== undefined) texts.push(await compareRows(reference, candidate, text, signal));
    const difference = await compareGreedyTexts(options, prompt, index, rates);
    if (difference !== undefined) greedy.push({ prompt: index, ...difference });
    options.onPrompt?.(index + 1, prompts.length);
  }
  const meanOverTexts = createMeanOverTexts(options.seed, options.confidence);
  const mean = (pick: (row: ComparedRow) => number): MeanInterval => meanOverTexts(texts, pick);
  const totalVariation = mean(({ totalVariation: distance }) => distance);
  const scored =
    options.text === undefined ? texts : await compareWindows(reference, candidate, options.text, signal);
  const perplexity = (pick: (row: ComparedRow) => number): number =>
    Math.exp(-meanOverTexts(scored, pick).estimate);
  return {
    reference: reference.name,
    candidate: candidate.name,
    positions: texts.reduce((sum, rows) => sum + rows.length, 0),
    kullbackLeibler: mean(({ kullbackLeibler }) => kullbackLeibler),
    totalVariation,
    jensenShannon: mean(({ jensenShannon }) => jensenShannon),
    sameTop: mean(({ sameTop }) => (sameTop ? 1 : 0)),
    byPosition: positionDistances(texts, meanOverTexts),
    greedy: { identical: prompts.length - greedy.length, differences: greedy },
    perplexity: {
      reference: perplexity(({ referenceLogprob }) => referenceLogprob),
      candidate: perplexity(({ candidateLogprob }) => candidateLogprob),
      difference: meanOverTexts(
        scored,
        ({ referenceLogprob, candidateLogprob }) => referenceLogprob - candidateLogprob,
      ),
    },
    costs: {
      reference: { tokensPerSecond: rates[0].perSecond, memory: reference.memory() },
      candidate: { tokensPerSecond: rates[1].perSecond, memory: candidate.memory() },
    },
    margin,
    verdict: verdictOf(totalVariation, margin),
  };
}

/** The prompt with what the reference writes after it; undefined where it ends at once. */
async function continuation(
  { reference, maximumTokens, seed, signal }: CompareTargetsOptions,
  prompt: readonly number[],
  request: number,
): Promise<ComparedText | undefined> {
  const { tokens } = await generateText({
    target: reference,
    prompt,
    maximumTokens,
    seed,
    request,
    signal,
    ignoreEndTokens: true,
  });
  return tokens.length === 0 ? undefined : { tokens: [...prompt, ...tokens], promptLength: prompt.length };
}

/** Greedy texts of both, in turns; the first difference with its cause, as the reference sees it. */
async function compareGreedyTexts(
  { reference, candidate, maximumTokens, clock, signal }: CompareTargetsOptions,
  prompt: readonly number[],
  index: number,
  rates: readonly [Rate, Rate],
): Promise<GreedyDifference | undefined> {
  const texts: (readonly number[])[] = [];
  const order = index % 2 === 0 ? [0, 1] : [1, 0];
  for (const which of order) {
    const { tokens, counters } = await generateText({
      target: [reference, candidate][which] as LanguageModel,
      prompt,
      maximumTokens,
      signal,
      clock,
      sampling: { temperature: 0 },
      ignoreEndTokens: true,
    });
    rates[which as 0 | 1].add(counters.committedCount, counters.decodeMilliseconds as number);
    texts[which] = tokens;
  }
  signal?.throwIfAborted();
  return compareGreedy(reference, prompt, texts[0] as readonly number[], texts[1] as readonly number[]);
}

/** A text in windows that fit both contexts, two at least; the first token of each is not scored. */
async function compareWindows(
  reference: LanguageModel,
  candidate: LanguageModel,
  text: readonly number[],
  signal: AbortSignal | undefined,
): Promise<ComparedRow[][]> {
  const half = text.length >> 1;
  const width = Math.min(reference.contextLength, candidate.contextLength, longestWindow, half);
  const windows: ComparedRow[][] = [];
  for (let start = 0; start + 1 < text.length; start += width) {
    const tokens = text.slice(start, start + width);
    if (tokens.length >= 2)
      windows.push(await compareRows(reference, candidate, { tokens, promptLength: 1 }, signal));
  }
  return windows;
}

function verdictOf({ lower, upper }: MeanInterval, margin: number): ComparisonVerdict {
  if (upper <= margin) return 'same';
  return lower > margin ? 'different' : 'not enough evidence';
}

class Rate {
  #tokens = 0;
  #milliseconds = 0;

  add(tokens: number, milliseconds: number): void {
    this.#tokens += tokens;
    this.#milliseconds += milliseconds;
  }

  get perSecond(): number {
    return (1000 * this.#tokens) / this.#milliseconds;
  }
}
