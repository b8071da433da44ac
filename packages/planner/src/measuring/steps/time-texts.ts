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
  /** Decoded, after the prompts in their order: more than there are prompts where some were decoded in several ways. */
  readonly texts: number;
  /** By way. */
  readonly timed: readonly TimedText[];
}

/**
 * Times rounds of prompts' texts, each decoded plainly and in one of the ways, who begins alternating, as far as the time goes,
 * and after every prompt at most once in every way. Plain decoding has no drafter and a text of its own: a head that is there
 * costs plain rounds 3 to 5 % of the embedded target's, and plain rounds after rounds that draft take longer too.
 *
 * @returns undefined where it was interrupted.
 */
export async function timeTexts(
  { target, sampling, rule }: Pick<DraftingPair, 'target' | 'sampling' | 'rule'>,
  ways: readonly DraftingWay[],
  options: {
    readonly prompts: readonly (readonly number[])[];
    readonly clock: () => number;
    readonly milliseconds: number;
    readonly signal: AbortSignal | undefined;
  },
): Promise<TimedTexts | undefined> {
  const { prompts, clock, milliseconds, signal } = options;
  const decoding = { target: target.model, sampling, rule, clock, signal };
  const started = clock();
  const timed = ways.map(() => noText);
  let texts = 0;

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

  for (let cycle = 0; cycle < ways.length; cycle++) {
    for (const [index, prompt] of prompts.entries()) {
      const way = (index + cycle) % ways.length;
      const plainFirst = Math.floor(texts / ways.length) % 2 === 0;
      for (const one of plainFirst ? [undefined, ways[way]] : [ways[way], undefined]) {
        const text = await timeText(prompt, one);
        if (text === undefined) return undefined;
        timed[way] = addTexts(timed[way] as TimedText, text);
      }
      texts += 1;
      if (clock() - started > milliseconds) return { texts, timed };
    }
  }
  return { texts, timed };
}
