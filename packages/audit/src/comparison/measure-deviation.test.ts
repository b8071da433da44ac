import {
  createBigLittle,
  createFixedDraftLength,
  createModelDrafter,
  createSpeculativeCascade,
  createTypicalAcceptance,
  type LanguageModel,
  type LossyRule,
} from '@foretoken/core';
import { createTableModel, jointLaw, randomTable, type TableLaw } from '@foretoken/core/testing';
import type { MeanInterval } from '@foretoken/stats';
import { afterAll, describe, expect, test } from 'vitest';
import { measureDeviation } from './measure-deviation.js';

const vocabularySize = 3;
const length = 3;
const infinity = Number.POSITIVE_INFINITY;
const rounding = 1e-12;
const prompt = [0];
const model = (law: TableLaw): LanguageModel => createTableModel({ law, vocabularySize });
const targetLaw = randomTable(1, vocabularySize, 'smooth');
const draftLaw = randomTable(101, vocabularySize, 'smooth');
const target = model(targetLaw);
const drafter = createModelDrafter({ model: model(draftLaw), target });
afterAll(() => drafter.close());

const measure = (rule: LossyRule, texts: number, sampling = {}) =>
  measureDeviation({
    target,
    drafter,
    rule,
    controller: createFixedDraftLength(length),
    prompts: new Array<number[]>(texts).fill(prompt),
    // One more than is drafted: the last token is always the target's.
    maximumTokens: length + 1,
    sampling,
    seed: 11,
  });

interface Divergences {
  readonly kullbackLeibler: number;
  readonly totalVariation: number;
}

/** Divergences from the target by enumeration: their mean over the tokens of a text, and the largest of any position. */
function enumerated(rule: LossyRule): { mean: Divergences; largest: Divergences } {
  const after =
    (law: TableLaw): TableLaw =>
    (history) =>
      law([...prompt, ...history]);
  const emitted: TableLaw = (history) => rule.emittedLaw(after(targetLaw)(history), after(draftLaw)(history));
  const found: [weight: number, Divergences][] = [];
  for (let position = 0; position < length; position++) {
    for (const [key, probability] of jointLaw(emitted, position)) {
      const history = key === '' ? [] : key.split(',').map(Number);
      const law = emitted(history).probabilities;
      const of = after(targetLaw)(history).probabilities;
      const sum = (term: (left: number, right: number) => number): number =>
        law.reduce((total, left, token) => total + (left === 0 ? 0 : term(left, of[token] as number)), 0);
      const kullbackLeibler = sum((left, right) => left * Math.log(left / right));
      const totalVariation = sum((left, right) => Math.max(0, left - right));
      found.push([probability, { kullbackLeibler, totalVariation }]);
    }
  }
  const over = (combine: (pick: (at: Divergences) => number) => number): Divergences => ({
    kullbackLeibler: combine(({ kullbackLeibler }) => kullbackLeibler),
    totalVariation: combine(({ totalVariation }) => totalVariation),
  });
  return {
    // The last of the tokens is not drafted, and adds nothing.
    mean: over((pick) => found.reduce((sum, [weight, at]) => sum + weight * pick(at), 0) / (length + 1)),
    largest: over((pick) => Math.max(...found.map(([, at]) => pick(at)))),
  };
}

describe('the deviation of a lossy rule', () => {
  test.each([
    createTypicalAcceptance({ epsilon: 0.3, delta: 0.6 }),
    createSpeculativeCascade({ alpha: 0.5 }),
    createBigLittle({ rollbackThreshold: 1 }),
  ])('$name: the measured means are those of the enumeration', async (rule) => {
    const texts = 250;
    const { kullbackLeibler, totalVariation } = await measure(rule, texts);
    const { mean, largest } = enumerated(rule);
    for (const kind of ['kullbackLeibler', 'totalVariation'] as const) {
      const measured = { kullbackLeibler, totalVariation }[kind];
      if (measured === 'infinite') throw new Error('Both tables are positive everywhere.');
      // Hoeffding: the mean of 250 texts, each from 0 to 3/4 of the largest, is this far off with probability 1e-9.
      const margin = ((largest[kind] * length) / (length + 1)) * Math.sqrt(Math.log(2e9) / (2 * texts));
      // So a measurement of 0 would be found out.
      expect(mean[kind]).toBeGreaterThan(margin);
      expect(Math.abs(measured.estimate - mean[kind])).toBeLessThan(margin);
    }
  });

  test('is 0 at the limits where a rule keeps the law of the target', async () => {
    for (const rule of [
      createTypicalAcceptance({ epsilon: 1, delta: infinity }),
      createSpeculativeCascade({ alpha: -infinity }),
      createBigLittle({ rollbackThreshold: 0 }),
    ]) {
      const { kullbackLeibler, totalVariation, positions } = await measure(rule, 4);
      expect(positions).toBe(4 * (length + 1));
      expect((kullbackLeibler as MeanInterval).upper).toBeLessThan(rounding);
      expect(totalVariation.upper).toBeLessThan(rounding);
    }
  });

  test('is infinite where the rule emits what the target cannot', async () => {
    const { kullbackLeibler } = await measure(createSpeculativeCascade({ alpha: infinity }), 4, { topK: 1 });
    expect(kullbackLeibler).toBe('infinite');
  });

  test('gives the perplexities of what was written, under the target alone', async () => {
    // With one token left to draw from, the texts are certain: the greedy ones of the draft and of the target.
    const rule = createBigLittle({ rollbackThreshold: infinity });
    const { perplexity } = await measure(rule, 2, { topK: 1 });
    const plain = perplexityOf(() => targetLaw);
    const lossy = perplexityOf((position) => (position < length ? draftLaw : targetLaw));
    expect(lossy).toBeGreaterThan(plain);
    expect(perplexity.plain).toBeCloseTo(plain, 5);
    expect(perplexity.lossy).toBeCloseTo(lossy, 5);
    expect(perplexity.difference.estimate).toBeCloseTo(Math.log(lossy / plain), 5);
  });
});

/** Under the target, of the text whose every token is the most probable one of the law that writes it. */
function perplexityOf(writer: (position: number) => TableLaw): number {
  const history = [...prompt];
  let logProbability = 0;
  for (let position = 0; position <= length; position++) {
    const { probabilities } = writer(position)(history);
    const token = probabilities.indexOf(Math.max(...probabilities));
    logProbability += Math.log(targetLaw(history).probabilities[token] as number);
    history.push(token);
  }
  return Math.exp(-logProbability / (length + 1));
}
