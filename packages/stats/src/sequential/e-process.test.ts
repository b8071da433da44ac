import { describe, expect, test } from 'vitest';
import { normalSurvival } from '../distributions/normal-survival.js';
import { StatisticsError } from '../errors/statistics-error.js';
import { drawCell } from '../testing/draw-counts.js';
import { mostHits } from '../testing/false-alarm-budget.js';
import { normalise, peakedLaw, shiftedLaw, uniformLaw, zipfLaw } from '../testing/laws.js';
import { randomOfEachTest } from '../testing/random-of-each-test.js';
import { createCategoricalEProcess } from './categorical-e-process.js';
import { createConditionalEProcess } from './conditional-e-process.js';
import { randomisedPit } from './randomised-pit.js';
import { createUniformEProcess } from './uniform-e-process.js';

const random = randomOfEachTest(20261124);
const randomLaw = (cells: number): number[] =>
  normalise(Array.from({ length: cells }, () => random() ** (1 + 3 * random())));

/** Calls `visit` with every sequence of cells. */
function forEachSequence(cells: number, length: number, visit: (sequence: readonly number[]) => void): void {
  for (let code = 0; code < cells ** length; code++) {
    visit(Array.from({ length }, (_, position) => Math.floor(code / cells ** position) % cells));
  }
}

describe('the evidence has expectation 1, summed over every sequence', () => {
  test('categorical', () => {
    for (const law of [uniformLaw(3), peakedLaw(3), [0.5, 0.5, 0]]) {
      let expectation = 0;
      forEachSequence(3, 7, (sequence) => {
        const probability = sequence.reduce((product, cell) => product * (law[cell] as number), 1);
        if (probability === 0) return;
        const process = createCategoricalEProcess(law);
        for (const cell of sequence) process.observe(cell);
        expectation += probability * Math.exp(process.logEvidence);
      });
      // A cell of probability 0 keeps the mass that the mixture puts on it: less than 1 in all.
      if (law[2] === 0) expect(expectation).toBeLessThan(1);
      else expect(expectation).toBeCloseTo(1, 12);
    }
  });

  test('conditional, with another law at each draw', () => {
    const laws = Array.from({ length: 6 }, () => randomLaw(3));
    let expectation = 0;
    forEachSequence(3, 6, (sequence) => {
      const process = createConditionalEProcess(3);
      let probability = 1;
      for (const [draw, cell] of sequence.entries()) {
        const law = laws[draw] as number[];
        probability *= law[cell] as number;
        process.observe(cell, law);
      }
      expectation += probability * Math.exp(process.logEvidence);
    });
    expect(expectation).toBeCloseTo(1, 12);
  });

  test('a biased law makes it grow: the control', () => {
    const law = [0.6, 0.4];
    let expectation = 0;
    forEachSequence(2, 10, (sequence) => {
      const process = createCategoricalEProcess([0.4, 0.6]);
      for (const cell of sequence) process.observe(cell);
      expectation +=
        sequence.reduce((product, cell) => product * (law[cell] as number), 1) *
        Math.exp(process.logEvidence);
    });
    expect(expectation).toBeGreaterThan(1.5);
  });
});

test('where all laws are equal the conditional process is the categorical one', () => {
  const law = zipfLaw(7);
  const categorical = createCategoricalEProcess(law);
  const conditional = createConditionalEProcess(7);
  for (let draw = 0; draw < 3000; draw++) {
    const cell = drawCell(uniformLaw(7), random);
    categorical.observe(cell);
    conditional.observe(cell, law);
  }
  expect(conditional.logEvidence / categorical.logEvidence).toBeCloseTo(1, 9);
  expect(conditional.count).toBe(3000);
});

/** How many of 2,000 streams of that many draws reach the evidence 1 / alpha at any time. */
function rejections(
  alpha: number,
  draws: number,
  start: () => { readonly pValue: number; draw(): void },
): number {
  let rejected = 0;
  for (let run = 0; run < 2000; run++) {
    const stream = start();
    for (let draw = 0; draw < draws && stream.pValue > alpha; draw++) stream.draw();
    if (stream.pValue <= alpha) rejected++;
  }
  return rejected;
}

const mostRejections = mostHits('level at all times', 2000, 0.05);

describe('stopping at the first sight of evidence rejects a true hypothesis with probability alpha at most', () => {
  test('categorical', () => {
    const law = zipfLaw(6);
    const rejected = rejections(0.05, 400, () => {
      const process = createCategoricalEProcess(law);
      return {
        get pValue() {
          return process.pValue;
        },
        draw: () => process.observe(drawCell(law, random)),
      };
    });
    expect(rejected).toBeLessThanOrEqual(mostRejections);
  });

  test('conditional, another law at each draw', () => {
    const laws = Array.from({ length: 50 }, () => randomLaw(4));
    const rejected = rejections(0.05, 200, () => {
      const process = createConditionalEProcess(4);
      return {
        get pValue() {
          return process.pValue;
        },
        draw() {
          const law = laws[process.count % 50] as number[];
          process.observe(drawCell(law, random), law);
        },
      };
    });
    expect(rejected).toBeLessThanOrEqual(mostRejections);
  });

  test('uniform, through the probability integral transform', () => {
    const laws = Array.from({ length: 50 }, () => randomLaw(20));
    const rejected = rejections(0.05, 150, () => {
      const process = createUniformEProcess();
      return {
        get pValue() {
          return process.pValue;
        },
        draw() {
          const law = laws[process.count % 50] as number[];
          process.observe(randomisedPit(drawCell(law, random), law, { random }));
        },
      };
    });
    expect(rejected).toBeLessThanOrEqual(mostRejections);
  });

  test('a fixed-n p-value looked at after every draw does reject too often: the control', () => {
    const rejected = rejections(0.05, 400, () => {
      let hits = 0;
      let count = 0;
      let smallest = 1;
      return {
        get pValue() {
          return smallest;
        },
        draw() {
          count++;
          if (random() < 0.5) hits++;
          if (count < 30) return;
          smallest = Math.min(smallest, 2 * normalSurvival(Math.abs(2 * hits - count) / Math.sqrt(count)));
        },
      };
    });
    expect(rejected).toBeGreaterThan(2 * mostRejections);
  });
});

describe('a wrong law is found', () => {
  test('by the categorical process: 5 % of the mass among 100 cells moved', () => {
    const target = zipfLaw(100);
    const law = shiftedLaw(target, 0.05);
    const process = createCategoricalEProcess(target);
    while (process.count < 30_000 && process.pValue > 1e-6) process.observe(drawCell(law, random));
    // Expected after about 10,000 draws.
    expect(process.pValue).toBeLessThanOrEqual(1e-6);
  });

  test('by the conditional process: a sampler that favours the drafted token after every prefix', () => {
    const process = createConditionalEProcess(2);
    while (process.count < 20_000 && process.pValue > 1e-6) {
      const drafted = 0.1 + 0.8 * random();
      const favoured = drafted + 0.1 * drafted * (1 - drafted);
      process.observe(random() < favoured ? 0 : 1, [drafted, 1 - drafted]);
    }
    expect(process.pValue).toBeLessThanOrEqual(1e-6);
  });

  test('by the uniform process: a sampler that is too sharp, over laws that never repeat', () => {
    const process = createUniformEProcess();
    while (process.count < 20_000 && process.pValue > 1e-6) {
      const law = randomLaw(30);
      const sharper = normalise(law.map((probability) => probability ** 1.2));
      process.observe(randomisedPit(drawCell(sharper, random), law, { random }));
    }
    expect(process.pValue).toBeLessThanOrEqual(1e-6);
  });

  test('at once by an impossible outcome, and the evidence stays', () => {
    const categorical = createCategoricalEProcess([0.5, 0.5, 0]);
    categorical.observe(2);
    categorical.observe(0);
    expect(categorical).toMatchObject({
      logEvidence: Infinity,
      largestLogEvidence: Infinity,
      pValue: 0,
      count: 2,
    });
    const conditional = createConditionalEProcess(2);
    conditional.observe(1, [1, 0]);
    conditional.observe(0, [1, 0]);
    expect(conditional.pValue).toBe(0);
  });
});

describe('probability integral transform', () => {
  test('by hand, in the default order and in one of scores', () => {
    const half = (): number => 0.5;
    const law = [0.2, 0.5, 0.3];
    expect(randomisedPit(1, law, { random: half })).toBeCloseTo(0.25, 15);
    expect(randomisedPit(2, law, { random: half })).toBeCloseTo(0.65, 15);
    expect(randomisedPit(0, law, { random: half })).toBeCloseTo(0.9, 15);
    expect(randomisedPit(0, law, { random: half, scores: [1, 1, 1] })).toBeCloseTo(0.1, 15);
    expect(randomisedPit(2, law, { random: half, scores: [0, 0, 7] })).toBeCloseTo(0.15, 15);
  });

  test('stays below 1 whatever the rounding', () => {
    const law = uniformLaw(10);
    expect(randomisedPit(9, law, { random: () => 1 - 2 ** -53 })).toBeLessThan(1);
  });

  test('an outcome of probability 0 and scores that order nothing are refused', () => {
    expect(() => randomisedPit(1, [1, 0], { random })).toThrow(/probability is 0/);
    expect(() => randomisedPit(0, [0.5, 0.5], { random, scores: [1] })).toThrow(/scores/);
    expect(() => randomisedPit(0, [0.5, 0.5], { random, scores: [1, Number.NaN] })).toThrow(/NaN/);
  });
});

test('bad laws and cells are refused', () => {
  expect(() => createCategoricalEProcess([])).toThrow(/empty/);
  expect(() => createCategoricalEProcess([0.5, 0.4])).toThrow(/sum to 1/);
  expect(() => createCategoricalEProcess([0.5, 0.5]).observe(2)).toThrow(StatisticsError);
  expect(() => createConditionalEProcess(1)).toThrow(/classes/);
  expect(() => createConditionalEProcess(2).observe(0, [0.2, 0.3, 0.5])).toThrow(/made for 2/);
  expect(() => createConditionalEProcess(2).observe(-1, [0.5, 0.5])).toThrow(/drawn/);
  expect(() => createConditionalEProcess(2).observe(0, [Number.NaN, 1])).toThrow(StatisticsError);
  expect(() => createUniformEProcess().observe(1)).toThrow(/below 1/);
});
