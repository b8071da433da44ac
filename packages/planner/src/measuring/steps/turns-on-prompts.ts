import type { Drafter } from '@foretoken/core';
import { addTurns, createRecordingTurns, noTurns, type TimedTurns } from '../recording-turns.js';
import type { DraftingPair } from './drafting-pair.js';
import { keptTokens, runPrompt } from './prompt-run.js';

/** One way to draft, of which every text has one. */
export interface DraftingWay {
  /** Tokens that are drafted a round. */
  readonly length: number;
  /** Decodes one text with the drafter. */
  readonly use: (decode: (drafter: Drafter) => Promise<boolean>) => Promise<boolean>;
}

export interface TurnsOnPrompts {
  /** Decoded, after the prompts in their order: more than there are prompts where some were decoded in several ways. */
  readonly texts: number;
  /** By way. */
  readonly timed: readonly TimedTurns[];
}

/**
 * Times rounds of prompts' texts, plain decoding and one of the ways in turn within every text, as far as the time goes, and
 * after every prompt at most once in every way.
 *
 * @returns undefined where it was interrupted.
 */
export async function turnsOnPrompts(
  { target, sampling, rule }: Pick<DraftingPair, 'target' | 'sampling' | 'rule'>,
  ways: readonly DraftingWay[],
  options: {
    readonly prompts: readonly (readonly number[])[];
    readonly clock: () => number;
    readonly milliseconds: number;
    readonly signal: AbortSignal | undefined;
  },
): Promise<TurnsOnPrompts | undefined> {
  const { prompts, clock, milliseconds, signal } = options;
  const started = clock();
  const timed = ways.map(() => noTurns);
  let texts = 0;
  for (let cycle = 0; cycle < ways.length; cycle++) {
    for (const [index, prompt] of prompts.entries()) {
      const way = (index + cycle) % ways.length;
      const { length, use } = ways[way] as DraftingWay;
      const promptTokens = keptTokens(target.model, prompt);
      const begins = Math.floor(texts / ways.length) % 2 === 0;
      const { controller: draftLength, turns } = createRecordingTurns(length, { begins, promptTokens });
      const decoding = { target: target.model, sampling, rule, clock, signal, draftLength };
      const text = texts;
      const isDone = await use((drafter) => runPrompt({ ...decoding, drafter }, prompt, text));
      if (!isDone) return undefined;
      timed[way] = addTurns(timed[way] as TimedTurns, turns());
      texts += 1;
      if (clock() - started > milliseconds) return { texts, timed };
    }
  }
  return { texts, timed };
}
