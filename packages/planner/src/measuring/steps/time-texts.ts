import type { Drafter, RoundEndEvent } from '@foretoken/core';
import { addTexts, noText, type TimedText, timeRounds } from '../timed-text.js';
import type { DraftingPair } from './drafting-pair.js';
import { keptTokens, runPrompt } from './prompt-run.js';

/** One way to draft, of which every text has one. */
export interface DraftingWay {
  /** Tokens that are drafted a round. */
  readonly length: number;
  /** Decodes one text with the drafter. */
  readonly use: (decode: (drafter: Drafter) => Promise<boolean>) => Promise<boolean>;
}

export interface TimedTexts {
  /** Decoded so far: every prompt in its order, then over again in other ways. */
  readonly texts: number;
  /** By way, of the texts that were decoded now. */
  readonly timed: readonly TimedText[];
}

/**
 * Times rounds of prompts' texts, each decoded plainly and in one of the ways, who begins alternating, as far as the time goes,
 * and until every prompt had every way. Plain decoding has no drafter and a text of its own: a head that is there
 * costs plain rounds 3 to 5 % of the embedded target's, and plain rounds after rounds that draft take longer too. A text that is
 * interrupted does not count.
 *
 * @param options `known`: what a run before measured; it goes on with the next text.
 */
export async function timeTexts(
  { target, sampling, rule }: Pick<DraftingPair, 'target' | 'sampling' | 'rule'>,
  ways: readonly DraftingWay[],
  options: {
    readonly prompts: readonly (readonly number[])[];
    readonly known: { readonly texts: number } | undefined;
    readonly clock: () => number;
    readonly milliseconds: number;
    readonly signal: AbortSignal | undefined;
  },
): Promise<TimedTexts> {
  const { prompts, known, clock, milliseconds, signal } = options;
  const decoding = { target: target.model, sampling, rule, clock, signal };
  const started = clock();
  const timed = ways.map(() => noText);
  let texts = known?.texts ?? 0;

  /** Plainly without a way; undefined where it was interrupted. */
  async function timeText(prompt: readonly number[], way?: DraftingWay): Promise<TimedText | undefined> {
    const rounds: RoundEndEvent[] = [];
    const run = (drafting: { drafter?: Drafter; draftLength?: number }): Promise<boolean> =>
      runPrompt({ ...decoding, ...drafting }, prompt, texts, (round) => rounds.push(round));
    const isDone =
      way === undefined
        ? await run({})
        : await way.use((drafter) => run({ drafter, draftLength: way.length }));
    if (!isDone) return undefined;
    const cells = timeRounds(rounds, keptTokens(target.model, prompt));
    return way === undefined
      ? { ...noText, plain: cells[0] ?? noText.plain }
      : { ...noText, drafting: cells };
  }

  while (texts < textsOf(prompts, ways)) {
    const index = texts % prompts.length;
    const way = (index + Math.floor(texts / prompts.length)) % ways.length;
    const plainFirst = Math.floor(texts / ways.length) % 2 === 0;
    const both: TimedText[] = [];
    for (const one of plainFirst ? [undefined, ways[way]] : [ways[way], undefined]) {
      const text = await timeText(prompts[index] as readonly number[], one);
      if (text === undefined) return { texts, timed };
      both.push(text);
    }
    timed[way] = [timed[way] as TimedText, ...both].reduce(addTexts);
    texts += 1;
    if (clock() - started > milliseconds) break;
  }
  return { texts, timed };
}

/** How many there are: every prompt in every way. */
export function textsOf(prompts: readonly unknown[], ways: readonly unknown[]): number {
  return prompts.length * ways.length;
}
