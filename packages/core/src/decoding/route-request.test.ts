import { describe, expect, test } from 'vitest';
import type { Distribution } from '../contract/distribution.js';
import type { LanguageModel } from '../contract/language-model.js';
import { InvalidArgumentError } from '../errors/invalid-argument-error.js';
import { VocabularyMismatchError } from '../errors/vocabulary-mismatch-error.js';
import { kullbackLeibler } from '../sampling/kullback-leibler.js';
import type { SamplingSettings } from '../sampling/sampling-settings.js';
import type { TableLaw } from '../testing/enumerate-joint-law.js';
import { randomTable } from '../testing/random-table.js';
import { createTableModel } from '../testing/table-model.js';
import { routeRequest } from './route-request.js';

// Nothing is sampled, so nothing has a false-alarm probability. Logits are float32: divergences are known to 1e-5.
const digits = 5;
const vocabularySize = 3;
const infinity = Number.POSITIVE_INFINITY;
const prompt = [0, 2, 1, 1, 0];
const model = (law: TableLaw, more = {}): LanguageModel => createTableModel({ law, vocabularySize, ...more });
const dense = (...probabilities: number[]): Distribution => ({
  tokens: undefined,
  probabilities: Float64Array.from(probabilities),
});
const largeLaw = randomTable(1, vocabularySize, 'smooth');
const smallLaw = randomTable(101, vocabularySize, 'smooth');
const large = model(largeLaw);
const small = model(smallLaw);
const route = (tolerance: number, sampling: SamplingSettings = {}, tokens?: number) =>
  routeRequest({ large, small, prompt, sampling, tolerance, tokens });

/** Mean of a function of the histories that end with each of the prompt's tokens from `first` on. */
function mean(first: number, of: (history: readonly number[]) => number): number {
  const ends = [...prompt.keys()].filter((at) => at >= first);
  const values = ends.map((at) => of(prompt.slice(first, at + 1)));
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

describe('a small model that equals the large one', () => {
  test.each<SamplingSettings>([
    {},
    { temperature: 0 },
    { topK: 2 },
    { temperature: 0.5, repetitionPenalty: 2 },
  ])('answers at a tolerance of 0: %j', async (sampling) => {
    for (const seed of [2, 3, 4]) {
      const law = randomTable(seed, vocabularySize, 'smooth');
      const same = { large: model(law), small: model(law), prompt, sampling, tolerance: 0 };
      expect(await routeRequest(same)).toEqual({ route: 'small', divergence: 0, positions: 5 });
    }
  });

  test('may be the same model: both read in sequences of their own, and close them', async () => {
    const only = model(largeLaw, { maximumSequences: 2 });
    for (let request = 0; request < 3; request++) {
      const routed = await routeRequest({ large: only, small: only, prompt, tolerance: 0 });
      expect(routed).toMatchObject({ route: 'small', divergence: 0 });
    }
  });
});

describe('another small model', () => {
  test('is as far away as the mean divergence of the laws, and the tolerance is the boundary', async () => {
    const { divergence, positions } = await route(0);
    expect(positions).toBe(prompt.length);
    expect(divergence).toBeCloseTo(
      mean(0, (history) => kullbackLeibler(largeLaw(history), smallLaw(history))),
      digits,
    );
    // The other direction is another number: the test would see it.
    const reverse = mean(0, (history) => kullbackLeibler(smallLaw(history), largeLaw(history)));
    expect(Math.abs(divergence - reverse)).toBeGreaterThan(0.001);
    expect((await route(divergence)).route).toBe('small');
    expect((await route(divergence * (1 - 1e-12))).route).toBe('large');
    expect((await route(0)).route).toBe('large');
    expect((await route(infinity)).route).toBe('small');
  });

  test('is compared under the sampling settings of the request', async () => {
    const heated = (law: TableLaw, history: readonly number[]): Distribution => {
      const weights = law(history).probabilities.map((probability) => probability ** (1 / 0.5));
      const sum = weights.reduce((total, weight) => total + weight, 0);
      return dense(...weights.map((weight) => weight / sum));
    };
    const { divergence } = await route(0, { temperature: 0.5 });
    expect(divergence).toBeCloseTo(
      mean(0, (history) => kullbackLeibler(heated(largeLaw, history), heated(smallLaw, history))),
      digits,
    );
    expect(divergence).not.toBeCloseTo((await route(0)).divergence, 2);
  });

  test('is infinitely far where it cannot emit what the large one can, and only an infinite tolerance lets it', async () => {
    const uniform = model(() => dense(0.4, 0.3, 0.3));
    const narrow = model(() => dense(0.5, 0.5, 0));
    const asked = { large: uniform, small: narrow, prompt };
    expect(await routeRequest({ ...asked, tolerance: 1e9 })).toMatchObject({
      route: 'large',
      divergence: infinity,
    });
    expect((await routeRequest({ ...asked, tolerance: infinity })).route).toBe('small');
    // What the small one alone can emit costs a finite divergence.
    const back = await routeRequest({ large: narrow, small: uniform, prompt, tolerance: 1 });
    expect(back.divergence).toBeCloseTo(0.5 * Math.log(0.5 / 0.4) + 0.5 * Math.log(0.5 / 0.3), digits);
  });

  test('at temperature 0 counts the positions whose most probable tokens differ', async () => {
    // They differ after token 1 alone, which two of the five tokens are; how far the laws are apart is another number.
    const other = model((history) => (history.at(-1) === 1 ? dense(0.1, 0.8, 0.1) : dense(0.6, 0.2, 0.2)));
    const sampling = { temperature: 0 };
    const asked = { large: model(() => dense(0.4, 0.3, 0.3)), small: other, prompt, sampling };
    expect(await routeRequest({ ...asked, tolerance: 0.4 })).toEqual({
      route: 'small',
      divergence: 2 / 5,
      positions: 5,
    });
    expect((await routeRequest({ ...asked, tolerance: 0.39 })).route).toBe('large');
  });
});

describe('the end of the prompt', () => {
  test.each([1, 2, 4, 5, 64])('of %i tokens is read alone', async (tokens) => {
    const first = Math.max(0, prompt.length - tokens);
    const { divergence, positions } = await route(0, {}, tokens);
    expect(positions).toBe(prompt.length - first);
    expect(divergence).toBeCloseTo(
      mean(first, (history) => kullbackLeibler(largeLaw(history), smallLaw(history))),
      digits,
    );
  });

  test('is 64 tokens unless the caller says otherwise', async () => {
    const long = new Array<number>(100).fill(1);
    expect(await routeRequest({ large, small: large, prompt: long, tolerance: 0 })).toMatchObject({
      positions: 64,
    });
  });

  test('is read behind the begin token, where the prompt begins with it', async () => {
    const histories: (readonly number[])[] = [];
    const noting: TableLaw = (history) => {
      histories.push(history);
      return largeLaw(history);
    };
    const begun = (beginToken: number): LanguageModel => {
      const plain = model(noting);
      return Object.assign(plain, { tokenizer: { ...plain.tokenizer, beginToken } });
    };
    const read = async (beginToken: number, tokens: number) => {
      histories.length = 0;
      await routeRequest({ large: begun(beginToken), small: large, prompt, tolerance: 0, tokens });
      return histories;
    };
    expect(await read(0, 2)).toEqual([
      [0, 1],
      [0, 1, 0],
    ]);
    expect(await read(2, 2)).toEqual([[1], [1, 0]]);
    // Read whole, it has the token already.
    expect(await read(0, 5)).toEqual([...prompt.keys()].map((at) => prompt.slice(0, at + 1)));
  });

  test('counts all of the prompt for penalties', async () => {
    const sampling = { presencePenalty: 5, penaltyWindow: infinity };
    const biased: TableLaw = () => dense(0.2, 0.3, 0.5);
    // All three tokens were seen before the last one: the penalty moves nothing, and the laws are as they were.
    const asked = { large: model(biased), small, prompt: [0, 1, 2, 2], tokens: 1, tolerance: 0 };
    const plain = await routeRequest(asked);
    const penalised = await routeRequest({ ...asked, sampling });
    expect(penalised.divergence).toBeCloseTo(plain.divergence, digits);
  });

  test('counts for each position what stands before it, and no more', async () => {
    const sampling = { presencePenalty: 1, penaltyWindow: infinity };
    const penalised = (law: TableLaw, history: readonly number[], seen: readonly number[]): Distribution => {
      const weights = law(history).probabilities.map(
        (probability, token) => probability * Math.exp(seen.includes(token) ? -1 : 0),
      );
      const sum = weights.reduce((total, weight) => total + weight, 0);
      return dense(...weights.map((weight) => weight / sum));
    };
    for (const tokens of [2, 4, 5]) {
      const first = prompt.length - tokens;
      const { divergence } = await route(0, sampling, tokens);
      const expected = mean(first, (history) => {
        const seen = prompt.slice(0, first + history.length);
        return kullbackLeibler(penalised(largeLaw, history, seen), penalised(smallLaw, history, seen));
      });
      expect(divergence).toBeCloseTo(expected, digits);
    }
  });

  test('is read in several passes where a pass takes fewer tokens', async () => {
    const narrow = { maximumPassTokens: 2 };
    const routed = await routeRequest({
      large: model(largeLaw, narrow),
      small,
      prompt,
      tolerance: 0,
    });
    expect(routed.divergence).toBe((await route(0)).divergence);
  });

  test('is not masked: the mask is for the output', async () => {
    const allowedTokens = {
      mask: () => {
        throw new Error('No mask is asked for.');
      },
    };
    expect(await route(0, { allowedTokens })).toEqual(await route(0));
  });
});

describe('what makes no sense is named', () => {
  test.each([
    [{ prompt: [] }, 'routeRequest needs a prompt of at least one token.'],
    [{ tolerance: -0.1 }, 'The tolerance of a route is at least 0, not -0.1.'],
    [{ tolerance: Number.NaN }, 'The tolerance of a route is at least 0, not NaN.'],
    [{ tokens: 0 }, 'A route reads a whole number of tokens, at least 1, not 0.'],
    [{ tokens: 1.5 }, 'A route reads a whole number of tokens, at least 1, not 1.5.'],
    [{ sampling: { temperature: -1 } }, 'temperature must be at least 0'],
  ])('%j', async (wrong, message) => {
    const routed = routeRequest({ large, small, prompt, tolerance: 0, ...wrong });
    await expect(routed).rejects.toThrow(InvalidArgumentError);
    await expect(routed).rejects.toThrow(message);
  });

  test('models of two vocabularies', async () => {
    const other = createTableModel({ law: () => dense(0.25, 0.25, 0.25, 0.25), vocabularySize: 4 });
    const routed = routeRequest({ large, small: other, prompt, tolerance: 0 });
    await expect(routed).rejects.toThrow(VocabularyMismatchError);
  });
});
