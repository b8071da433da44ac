import {
  createLogitsTransform,
  type Distribution,
  drawToken,
  type LanguageModel,
  probabilityOf,
} from '@foretoken/core';
import { DraftSequence } from '../../packages/core/dist/drafting/draft-sequence.js';
import type { TextWindow } from '../../packages/core/dist/drafting/text-window.js';

/** Rows of logits of one pass. */
const rowsAtOnce = 16;

/** What a model guesses for a token of a text, from what its window has of those before. */
export interface TextGuess {
  readonly isRight: boolean;
  /** Probability of the guess at temperature 1. */
  readonly confidence: number;
  /** In nats, at temperature 1. */
  readonly entropy: number;
}

/** The greedy guesses of a model for the tokens of a text from `from` on, in few passes. */
export async function textGuesses(
  model: LanguageModel,
  window: TextWindow,
  text: readonly number[],
  from: number,
): Promise<TextGuess[]> {
  const transform = createLogitsTransform({ temperature: 0 }, model.vocabularySize);
  const soft = transform.soften();
  const readBefore = (place: number): readonly number[] => window.of(text.slice(0, place));
  const beginOf = (place: number): number => place - readBefore(place).length;
  const guesses: TextGuess[] = [];
  const sequence = new DraftSequence(model);
  try {
    for (let place = from; place < text.length; place = from + guesses.length) {
      // Places whose windows begin together share a pass.
      let end = place + 1;
      while (end < Math.min(text.length, place + rowsAtOnce) && beginOf(end) === beginOf(place)) end += 1;
      const logits = await sequence.read(readBefore(place), text.slice(place, end - 1), undefined);
      for (let row = 0; row < end - place; row++) {
        const guess = drawToken(transform.apply(logits.read(row), [], 0), 0);
        const law = soft.apply(logits.read(row), [], 0);
        const isRight = guess === text[place + row];
        guesses.push({ isRight, confidence: probabilityOf(law, guess), entropy: entropyOf(law) });
      }
    }
  } finally {
    sequence.close();
  }
  return guesses;
}

/** In nats. */
export function entropyOf({ probabilities }: Distribution): number {
  let sum = 0;
  for (const probability of probabilities) if (probability > 0) sum -= probability * Math.log(probability);
  return sum;
}
