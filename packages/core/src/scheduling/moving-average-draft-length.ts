import { InvalidArgumentError } from '../errors/invalid-argument-error.js';
import type { DraftLengthController } from './draft-length-controller.js';

/** SGLang's values. */
const pace = 0.2;
const warmUp = 10;
const interval = 5;
const downHysteresis = -0.25;
const defaultLengths = [1, 3, 5, 7];

/**
 * Moves on a ladder of lengths by the moving average of accepted tokens a round, as SGLang's adaptive speculation does: up
 * where the average rounds to the present length, down where it does not round to the next lower one, after ten rounds and
 * then every five. It knows no costs: with 0 on the ladder it leaves off drafting where hardly anything is accepted, and
 * tries the next length again after five rounds.
 *
 * @param lengths the ladder, whole numbers of at least 0, at least one, ascending; default 1, 3, 5, 7.
 * @throws InvalidArgumentError for another ladder.
 */
export function createMovingAverageDraftLength(
  lengths: readonly number[] = defaultLengths,
): DraftLengthController {
  const ascending = lengths.every(
    (length, step) => Number.isInteger(length) && length > (step === 0 ? -1 : (lengths[step - 1] as number)),
  );
  if (lengths.length === 0 || !ascending) {
    throw new InvalidArgumentError(
      `A ladder of draft lengths has whole numbers of at least 0, ascending, at least one, not [${lengths.join(', ')}].`,
    );
  }
  let step = lengths.length >> 1;
  const lengthAt = (index: number): number => lengths[index] as number;
  let average = Math.max(0, lengthAt(step) - 1);
  let rounds = 0;

  const move = (): void => {
    if (lengthAt(step) === 0) {
      step = Math.min(step + 1, lengths.length - 1);
      return;
    }
    const before = step;
    while (step > 0 && average <= Math.abs(lengthAt(step - 1) - 0.5) + downHysteresis) step -= 1;
    if (step < before) return;
    while (step < lengths.length - 1 && average > lengthAt(step) - 0.5) step += 1;
  };

  return {
    name: `moving average on ${lengths.join(', ')}`,
    next: (limit) => Math.min(limit, lengthAt(step)),
    observe({ askedLength, acceptedCount }) {
      if (askedLength > 0) average += pace * (acceptedCount - average);
      rounds += 1;
      if (rounds > warmUp && (rounds - warmUp) % interval === 0) move();
    },
  };
}
