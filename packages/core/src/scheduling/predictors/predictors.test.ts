import { describe, expect, test } from 'vitest';
import { createRequestRandom } from '../../random/request-random.js';
import type { AcceptancePredictor, VerifiedChain } from './acceptance-predictor.js';
import { createBetaSurvival } from './beta-survival.js';
import { createPerceptronPredictor } from './perceptron.js';
import { createSaturatingCounter } from './saturating-counter.js';
import { createTwoLevelPredictor } from './two-level.js';

const seed = 20_261_128;
const factories = {
  'saturating counter': createSaturatingCounter,
  'two-level': createTwoLevelPredictor,
  perceptron: createPerceptronPredictor,
  'beta survival': createBetaSurvival,
} as const;
type Name = keyof typeof factories;
const names = Object.keys(factories) as Name[];
const random = createRequestRandom({ seed }).round(0);
const uniform = (round: number, position: number): number => random.uniform('sample', 0, round, position);

interface Round extends VerifiedChain {
  /** Of each verified token. */
  readonly outcomes: readonly boolean[];
}

/** A draft of `length` tokens, those accepted whose `accepts` says so, up to the first that is not. */
function chain(length: number, accepts: (position: number) => boolean, confidences: number[] = []): Round {
  const outcomes: boolean[] = [];
  while (outcomes.length < length && outcomes.at(-1) !== false) outcomes.push(accepts(outcomes.length));
  const acceptedCount = outcomes.filter(Boolean).length;
  return { draftedCount: length, acceptedCount, confidences, outcomes };
}

/** Mean of the predictions, and of their squared errors, over the last half of the rounds. */
function follow(
  predictor: AcceptancePredictor,
  rounds: readonly Round[],
): { readonly mean: number; readonly brier: number } {
  let [sum, squares, count] = [0, 0, 0];
  for (const [index, round] of rounds.entries()) {
    if (2 * index >= rounds.length) {
      for (const [position, accepted] of round.outcomes.entries()) {
        const chance = predictor.predict(position, round.confidences[position]);
        expect(chance).toBeGreaterThan(0);
        expect(chance).toBeLessThan(1);
        sum += chance;
        squares += (chance - (accepted ? 1 : 0)) ** 2;
        count += 1;
      }
    }
    predictor.update(round);
  }
  return { mean: sum / count, brier: squares / count };
}

describe.each(names)('%s', (name) => {
  test('has its name, and starts from the acceptance that it is given', () => {
    const high =
      name === 'beta survival'
        ? createBetaSurvival({ priorAcceptance: [0.9] })
        : factories[name]({ priorAcceptance: 0.9 } as never);
    expect(high.name).toBe(name);
    expect(high.predict(0)).toBeCloseTo(0.9, 1);
  });

  test('tokens after the first rejection are censored, not failures', () => {
    const whole = factories[name]();
    const verified = factories[name]();
    for (let round = 0; round < 50; round++) {
      whole.update({ draftedCount: 8, acceptedCount: 1, confidences: new Array<number>(8).fill(0.7) });
      verified.update({ draftedCount: 2, acceptedCount: 1, confidences: [0.7, 0.7] });
    }
    for (const position of [0, 1, 2, 5])
      for (const confidence of [undefined, 0.1, 0.7])
        expect(whole.predict(position, confidence)).toBe(verified.predict(position, confidence));
  });

  test('what is always accepted is soon expected, what never is, no longer', () => {
    const predictor = factories[name]();
    for (let round = 0; round < 60; round++) predictor.update(chain(4, () => true));
    expect(predictor.predict(0)).toBeGreaterThan(0.9);
    for (let round = 0; round < 60; round++) predictor.update(chain(4, () => false));
    expect(predictor.predict(0)).toBeLessThan(0.1);
  });
});

// Predictions are averaged over 2000 drafts of a token each: the mean of so many outcomes is within 0.05 of its chance
// but for 1 in 100 000 (4.4 standard deviations, and the seed is fixed).
test.each([0.2, 0.5, 0.8])('independent tokens accepted with chance %f are expected so', (acceptance) => {
  const rounds = Array.from({ length: 4000 }, (_, round) => chain(1, () => uniform(round, 0) < acceptance));
  for (const name of names) {
    const { mean } = follow(factories[name](), rounds);
    // The negative control: a saturating counter drifts to one of its ends.
    if (name === 'saturating counter' && acceptance !== 0.5)
      expect(Math.abs(mean - acceptance)).toBeGreaterThan(0.05);
    else expect(Math.abs(mean - acceptance)).toBeLessThan(0.05);
  }
});

test('a pattern in time is seen by those that look at the last outcomes, and by no other', () => {
  const rounds = Array.from({ length: 2000 }, (_, round) => chain(1, () => round % 2 === 0));
  const brier = (name: Name): number => follow(factories[name](), rounds).brier;
  for (const name of ['two-level', 'perceptron'] as const) expect(brier(name)).toBeLessThan(0.02);
  for (const name of ['saturating counter', 'beta survival'] as const)
    expect(brier(name)).toBeGreaterThan(0.2);
});

test('confidence that tells acceptance is used by those that look at it', () => {
  const rounds = Array.from({ length: 4000 }, (_, round) => {
    const confidence = uniform(round, 1) < 0.5 ? 0.1 : 0.99;
    return chain(1, () => uniform(round, 2) < confidence, [confidence]);
  });
  const brier = (name: Name): number => follow(factories[name](), rounds).brier;
  // Of a chance known exactly: half of 0.1 x 0.9 and half of 0.99 x 0.01; of their mean alone: 0.248.
  for (const name of ['two-level', 'perceptron', 'beta survival'] as const)
    expect(brier(name)).toBeLessThan(0.07);
  expect(brier('saturating counter')).toBeGreaterThan(0.2);
});

test('a copy that breaks off or goes on for long is told from its first token', () => {
  // The first token is accepted 3 times of 10, all after it 97 times of 100.
  const rounds = Array.from({ length: 4000 }, (_, round) =>
    chain(8, (position) => uniform(round, position) < (position === 0 ? 0.3 : 0.97)),
  );
  for (const name of ['two-level', 'perceptron', 'beta survival'] as const) {
    const predictor = factories[name]();
    for (const round of rounds) predictor.update(round);
    predictor.update(chain(8, () => false));
    expect(predictor.predict(3)).toBeGreaterThan(predictor.predict(0) + 0.3);
  }
});
