import { type Distribution, type LanguageModel, VocabularyMismatchError } from '@foretoken/core';
import { createTableModel, randomTable, type TableLaw } from '@foretoken/core/testing';
import { describe, expect, test } from 'vitest';
import { type ComparedRow, compareRows } from './compare-rows.js';
import { compareTargets, type CompareTargetsOptions } from './compare-targets.js';
import { createMeanOverTexts } from './mean-over-texts.js';
import { positionDistances } from './position-distances.js';
import { rowDivergences } from './row-divergences.js';

const vocabularySize = 4;
const table = randomTable(5, vocabularySize, 'smooth');
const law: TableLaw = (history) => table(history.slice(-3));
/** The law moved towards its last token: total variation share x (1 - its probability) at every position. */
function shifted(share: number): TableLaw {
  return (history) => {
    const { probabilities } = law(history);
    return {
      tokens: undefined,
      probabilities: probabilities.map(
        (probability, token) => (1 - share) * probability + (token === vocabularySize - 1 ? share : 0),
      ),
    };
  };
}
/** The logarithms of equal rows are taken twice for the Jensen-Shannon divergence. */
const rounding = 1e-15;
const model = (of: TableLaw): LanguageModel => createTableModel({ law: of, vocabularySize });
const prompts = Array.from({ length: 24 }, (_, at) => [at % 4, (at >> 2) % 4, (at * 7) % 4]);
const shared = {
  prompts,
  maximumTokens: 30,
  margin: 0.05,
  seed: 1,
  clock: () => performance.now(),
} satisfies Partial<CompareTargetsOptions>;

describe('comparing targets', () => {
  test('a model is the same as itself, to the last bit', async () => {
    const comparison = await compareTargets({ ...shared, reference: model(law), candidate: model(law) });
    expect(comparison).toMatchObject({
      positions: 24 * 30,
      kullbackLeibler: { estimate: 0, upper: 0 },
      totalVariation: { estimate: 0, upper: 0 },
      sameTop: { estimate: 1 },
      greedy: { identical: 24, differences: [] },
      verdict: 'same',
    });
    expect(comparison.perplexity.reference).toBe(comparison.perplexity.candidate);
    expect(comparison.byPosition.map(({ position }) => position)).toEqual([...new Array(30).keys()]);
    for (const { kullbackLeibler, totalVariation, jensenShannon } of comparison.byPosition) {
      for (const { upper } of [kullbackLeibler, totalVariation, jensenShannon])
        expect(upper).toBeLessThan(rounding);
    }
  });

  test('a shifted model has the distance that it was shifted by', async () => {
    const rows = await compareRows(model(law), model(shifted(0.2)), {
      tokens: [0, 1, 2, 3, 0, 1],
      promptLength: 2,
    });
    for (const { position, totalVariation, referenceLogprob, candidateLogprob } of rows) {
      const history = [0, 1, 2, 3, 0, 1].slice(0, position + 2);
      const next = [0, 1, 2, 3, 0, 1][position + 2] as number;
      expect(totalVariation).toBeCloseTo(0.2 * (1 - (law(history).probabilities[3] as number)), 6);
      expect(Math.exp(referenceLogprob)).toBeCloseTo(law(history).probabilities[next] as number, 6);
      expect(Math.exp(candidateLogprob)).toBeCloseTo(shifted(0.2)(history).probabilities[next] as number, 6);
    }
    expect(rows.map(({ position }) => position)).toEqual([0, 1, 2, 3]);
  });

  test.each([
    [0.2, 'different'],
    [0.02, 'same'],
    [0.0667, 'not enough evidence'],
  ])('a shift of %f against a margin of 0.05 is %s', async (share, verdict) => {
    const comparison = await compareTargets({
      ...shared,
      reference: model(law),
      candidate: model(shifted(share)),
    });
    expect(comparison.verdict).toBe(verdict);
    const { lower, estimate, upper } = comparison.totalVariation;
    expect(lower).toBeLessThanOrEqual(estimate);
    expect(upper).toBeGreaterThanOrEqual(estimate);
    // Gibbs: on its own text a model has the lower perplexity, in expectation; here by far more than the noise.
    if (share === 0.2) expect(comparison.perplexity.difference.lower).toBeGreaterThan(0);
  });

  test('a difference at one position shows at that position alone', async () => {
    const [prompt] = prompts;
    const place = 5;
    const there = (prompt as number[]).length + place;
    const candidate = model((history) => (history.length === there ? shifted(0.4)(history) : law(history)));
    const comparison = await compareTargets({ ...shared, reference: model(law), candidate });
    for (const { position, texts, ...distances } of comparison.byPosition) {
      expect(texts).toBe(24);
      for (const { lower, estimate, upper } of Object.values(distances)) {
        if (position === place) expect(lower).toBeGreaterThan(0);
        else expect(upper).toBeLessThan(rounding);
        expect(lower).toBeLessThanOrEqual(estimate);
        expect(upper).toBeGreaterThanOrEqual(estimate);
      }
    }
    expect(comparison.byPosition[place]?.totalVariation.estimate).toBeCloseTo(
      30 * comparison.totalVariation.estimate,
      12,
    );
  });

  test('a position that one text alone reaches has no interval, and is left out', () => {
    const row = (position: number, distance: number): ComparedRow => ({
      position,
      kullbackLeibler: distance,
      totalVariation: distance,
      jensenShannon: distance,
      sameTop: true,
      referenceLogprob: -1,
      candidateLogprob: -1,
    });
    const texts = [[row(0, 0.1), row(1, 0.2), row(2, 0.9)], [row(0, 0.3), row(1, 0.4)], [row(0, 0.5)]];
    const distances = positionDistances(texts, createMeanOverTexts(1));
    expect(distances.map((at) => [at.position, at.texts])).toEqual([
      [0, 3],
      [1, 2],
    ]);
    expect(distances[0]?.totalVariation.estimate).toBeCloseTo(0.3, 12);
    expect(distances[1]?.jensenShannon.estimate).toBeCloseTo(0.3, 12);
    expect(positionDistances([], createMeanOverTexts(1))).toEqual([]);
  });

  test('greedy texts that part are explained', async () => {
    const { greedy } = await compareTargets({
      ...shared,
      reference: model(law),
      candidate: model(shifted(0.6)),
    });
    expect(greedy.differences.length).toBeGreaterThan(0);
    expect(greedy.identical + greedy.differences.length).toBe(24);
    for (const { cause, logitGap } of greedy.differences) {
      // The reference itself has no such doubt: this is another model, not rounding.
      expect(cause).toBe('state');
      expect(logitGap).toBeGreaterThan(0);
    }
  });

  test('a text of its own decides the perplexity', async () => {
    const text = Array.from({ length: 600 }, (_, at) => (at * at) % 4);
    const { perplexity } = await compareTargets({
      ...shared,
      text,
      reference: model(law),
      candidate: model(law),
    });
    expect(perplexity.reference).toBeGreaterThan(1);
    expect(perplexity.difference.estimate).toBe(0);
  });

  test('bad input is named', async () => {
    const other = createTableModel({ law, vocabularySize: 3 });
    const reference = model(law);
    await expect(compareTargets({ ...shared, reference, candidate: other })).rejects.toThrow(
      VocabularyMismatchError,
    );
    await expect(
      compareTargets({ ...shared, prompts: [[0]], reference, candidate: reference }),
    ).rejects.toThrow(/give two or more, not/);
    await expect(compareRows(reference, reference, { tokens: [1], promptLength: 1 })).rejects.toThrow(
      /nothing to compare/,
    );
  });

  test('cancelling ends it', async () => {
    const signal = AbortSignal.abort();
    const reference = model(law);
    await expect(compareTargets({ ...shared, reference, candidate: reference, signal })).rejects.toThrow(
      /abort/i,
    );
  });
});

describe('divergences of two rows', () => {
  const logs = ({ probabilities }: Distribution): Float64Array => probabilities.map(Math.log);

  test('keep their laws on random rows', () => {
    for (let seed = 0; seed < 200; seed++) {
      const left = logs(randomTable(seed, 6, 'smooth')([]));
      const right = logs(randomTable(1000 + seed, 6, seed % 2 === 0 ? 'smooth' : 'peaked')([]));
      const there = rowDivergences(left, right);
      const back = rowDivergences(right, left);
      expect(there.totalVariation).toBeCloseTo(back.totalVariation, 14);
      expect(there.jensenShannon).toBeCloseTo(back.jensenShannon, 14);
      // Pinsker, and Lin 1991 (theorem 3): TV^2 <= KL / 2, JS <= TV log 2.
      expect(there.totalVariation ** 2).toBeLessThanOrEqual(there.kullbackLeibler / 2 + 1e-12);
      expect(there.jensenShannon).toBeLessThanOrEqual(there.totalVariation * Math.LN2 + 1e-12);
    }
  });

  test('disjoint rows are as far apart as can be', () => {
    const left = Float64Array.of(0, Number.NEGATIVE_INFINITY);
    const right = Float64Array.of(Number.NEGATIVE_INFINITY, 0);
    expect(rowDivergences(left, right)).toEqual({
      kullbackLeibler: Number.POSITIVE_INFINITY,
      totalVariation: 1,
      jensenShannon: Math.LN2,
      sameTop: false,
    });
  });
});
