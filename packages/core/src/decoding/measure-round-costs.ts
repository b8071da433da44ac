import type { Drafter } from '../contract/drafter.js';
import type { LanguageModel } from '../contract/language-model.js';
import { chainDraft } from '../drafting/chain-draft.js';
import { oneHot } from '../sampling/draw.js';
import type { SamplingSettings } from '../sampling/sampling-settings.js';
import { InvalidArgumentError } from '../errors/invalid-argument-error.js';
import { coarseToFine } from '../scheduling/coarse-to-fine.js';
import { costAt, costCurve, type MeasuredCostCurve } from '../scheduling/cost-curve.js';
import { readPrefix } from '../scheduling/read-prefix.js';
import type { DraftLengthController } from '../scheduling/draft-length-controller.js';
import { generate } from './generate.js';

export interface MeasureRoundCostsOptions {
  readonly target: LanguageModel;
  /** The drafter that will be used, where drafting costs time; undefined: drafts that cost nothing. */
  readonly drafter?: Drafter | undefined;
  /** Draft lengths, ascending from 0. */
  readonly lengths: readonly number[];
  /** Milliseconds. */
  readonly clock: () => number;
  /** Milliseconds after which nothing more is measured, but for three lengths at least once. */
  readonly budget: number;
  /**
   * Tokens of the prompt, since attention makes long ones costlier; fewer where reading that many would take a quarter
   * of the budget. Default 48.
   */
  readonly promptLength?: number | undefined;
  /**
   * True for rounds of one length in a row, as they are where every round drafts; default: each among plain rounds, as they
   * are where few do.
   */
  readonly inARow?: boolean | undefined;
  readonly sampling?: SamplingSettings | undefined;
  readonly rule?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

const mostSweeps = 12;
/**
 * Samples of one length in a row: at least so many, and for so many milliseconds. The first half does not count: it
 * brings the draft model up to date, and caches and threads from the length before, which takes short rounds longest.
 */
const fewestSamples = 6;
const shortestTurn = 40;
const fewestLengths = 3;
const defaultPromptLength = 48;

/**
 * Measures what rounds of each draft length really cost, in short generations that take turns. A round costs more
 * than its passes measured alone: target and draft push each other out of the processor's caches, and an engine
 * prepares anew for a pass of another length than the last. So a round that drafts is measured among rounds that do
 * not, and what the plain round after it takes longer than usual is counted as its cost, unless it is asked for rounds in a
 * row.
 *
 * With models whose rounds are slow, fewer rounds in a row and fewer lengths are measured.
 *
 * @throws InvalidArgumentError for a target whose context holds one token.
 */
export async function measureRoundCosts(options: MeasureRoundCostsOptions): Promise<MeasuredCostCurve> {
  const { target, clock, budget, signal, sampling, rule, inARow = false } = options;
  const drafter = options.drafter ?? repeatingDrafter;
  if (target.contextLength < 2) {
    throw new InvalidArgumentError(
      `A context of ${target.contextLength} token has no room to draft: load the model with a larger contextLength, or decode without a drafter.`,
    );
  }
  const wanted = Math.min(options.promptLength ?? defaultPromptLength, target.contextLength >> 1);
  const sequence = target.createSequence();
  try {
    const start = clock();
    const spent = (): boolean => clock() - start > budget;
    const prompt = await readPrefix(sequence, { wanted, milliseconds: budget / 4, clock, signal });
    const longest = Math.min(
      target.capabilities.maximumPassTokens - 1,
      target.contextLength - prompt.length - 1,
      drafter.maximumLength ?? Number.POSITIVE_INFINITY,
    );
    const passLengths = options.lengths.filter((length) => length <= longest).map((length) => length + 1);
    const lengths = coarseToFine(passLengths).map((length) => length - 1);
    const samples = new Map(lengths.map((length): [number, number[]] => [length, []]));
    const longestTurn = budget / (2 * lengths.length);
    const measure = async (draftLength: number, seed: number): Promise<number[]> => {
      sequence.doRollback(prompt.length - 1);
      const costs: number[] = [];
      const started = clock();
      const draftLengths = draftLength === 0 || inARow ? [draftLength] : [draftLength, 0];
      const shared = { target, sequence, drafter, prompt, clock, signal, sampling, rule, seed };
      let total = 0;
      for await (const event of generate({
        ...shared,
        draftLength: takingTurns(draftLengths),
        ignoreEndTokens: true,
      })) {
        // A length that cannot be drafted has no cost.
        if (event.type === 'drafter-failed') throw event.error;
        if (event.type !== 'round-end') continue;
        total += event.roundMilliseconds as number;
        if ((event.round + 1) % draftLengths.length !== 0) continue;
        costs.push(total);
        total = 0;
        const elapsed = clock() - started;
        if (costs.length >= fewestSamples && elapsed >= shortestTurn) break;
        if (elapsed > longestTurn) break;
      }
      return costs.slice(costs.length >> 1);
    };
    // Not counted: the draft model reads the prompt, engine and just-in-time compiler warm up.
    await measure(Math.min(1, longest), 0);
    for (let sweep = 0; sweep < mostSweeps; sweep++) {
      for (const [index, length] of lengths.entries()) {
        if (spent() && (sweep > 0 || index >= fewestLengths)) break;
        (samples.get(length) as number[]).push(...(await measure(length, sweep)));
      }
      signal?.throwIfAborted();
    }
    const plain = costAt(costCurve(new Map([[0, samples.get(0) as number[]]])), 0);
    const curve = costCurve(
      new Map(
        [...samples].map(([length, costs]) => [
          length,
          // Where plain rounds were disturbed, the rest says nothing; a round that drafts costs no less than a plain one.
          length === 0 ? costs : costs.map((cost) => Math.max(plain, inARow ? cost : cost - plain)),
        ]),
      ),
    );
    return { ...curve, contextTokens: prompt.length };
  } finally {
    sequence.close();
  }
}

function takingTurns(lengths: readonly number[]): DraftLengthController {
  let round = 0;
  return {
    name: 'taking turns',
    next: (limit) => Math.min(limit, lengths[round++ % lengths.length] as number),
    observe: () => {},
  };
}

/** Says the last token again and again: a draft of any length at no cost. */
const repeatingDrafter: Drafter = {
  name: 'repeating',
  async propose({ tokens }, { maximumTokens }) {
    const proposed = new Array<number>(maximumTokens).fill(tokens.at(-1) as number);
    return chainDraft('repeating', proposed, proposed.map(oneHot));
  },
  observe() {},
  async close() {},
};
