import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Distribution } from '../contract/distribution.js';
import { NonFiniteLogitsError } from '../errors/non-finite-logits-error.js';
import { createLogitsTransform } from './create-logits-transform.js';
import { drawToken, probabilityOf } from './draw.js';
import { exponential } from './exponential.js';
import type { SamplingSettings } from './sampling-settings.js';

const seed = 20261124;
const vocabularySize = 40;
// Few distinct values, so that ties are common.
const logit = fc.oneof(fc.double({ min: -20, max: 20, noNaN: true }), fc.integer({ min: -3, max: 3 }));
const row = fc
  .array(logit, { minLength: vocabularySize, maxLength: vocabularySize })
  .map((values) => Float32Array.from(values));
/** The same with forbidden tokens, from none to all but the first. */
const rowWithGaps = fc
  .tuple(row, fc.uniqueArray(fc.integer({ min: 1, max: vocabularySize - 1 })))
  .map(([values, forbidden]) => {
    for (const token of forbidden) values[token] = Number.NEGATIVE_INFINITY;
    return values;
  });
const history = fc.array(fc.integer({ min: 0, max: vocabularySize - 1 }), { maxLength: 100 });
/** Evenly spread: fast-check's doubles are mostly next to 0, where min-p and the penalties do nothing. */
const hundredths = (min: number, max: number): fc.Arbitrary<number> =>
  fc.integer({ min: min * 100, max: max * 100 }).map((value) => value / 100);
const settings: fc.Arbitrary<SamplingSettings> = fc.record(
  {
    temperature: fc.double({ min: 0.1, max: 3, noNaN: true }),
    topK: fc.integer({ min: 0, max: vocabularySize }),
    topP: fc.double({ min: 0.05, max: 1, noNaN: true }),
    minP: hundredths(0, 1),
    typicalP: fc.double({ min: 0.05, max: 1, noNaN: true }),
    repetitionPenalty: fc.double({ min: 0.5, max: 2, noNaN: true }),
    frequencyPenalty: hundredths(-2, 2),
    presencePenalty: hundredths(-2, 2),
    penaltyWindow: fc.constantFrom(0, 1, 10, 64, Number.POSITIVE_INFINITY),
    // Never all tokens: the first is left alone.
    logitBias: fc
      .array(
        fc.tuple(
          fc.integer({ min: 1, max: vocabularySize - 1 }),
          fc.oneof(fc.constant(Number.NEGATIVE_INFINITY), hundredths(-3, 3)),
        ),
      )
      .map((entries) => new Map(entries)),
  },
  { requiredKeys: [] },
);

/** The same pipeline written down plainly: sort everything, keep what each stage says. */
function reference(
  logits: Float32Array,
  past: readonly number[],
  given: SamplingSettings,
): Map<number, number> {
  const { temperature = 1, topK = 0, typicalP = 1, topP = 1, minP = 0, penaltyWindow = 64 } = given;
  const values = Float32Array.from(logits);
  for (const [token, bias] of given.logitBias ?? []) values[token] = (values[token] as number) + bias;
  const window = past.slice(Math.max(0, past.length - penaltyWindow));
  for (const token of new Set(window)) {
    const count = window.filter((seen) => seen === token).length;
    const penalty = given.repetitionPenalty ?? 1;
    const value = values[token] as number;
    const repeated = value > 0 ? value / penalty : value * penalty;
    values[token] = repeated - count * (given.frequencyPenalty ?? 0) - (given.presencePenalty ?? 0);
  }
  const largest = Math.max(...values);
  let kept = [...values].map((value, token) => ({
    token,
    value,
    probability: Math.exp((value - largest) / temperature),
  }));
  const normalise = (): void => {
    const sum = kept.reduce((total, { probability }) => total + probability, 0);
    kept = kept.map((entry) => ({ ...entry, probability: entry.probability / sum }));
  };
  const keepMass = (mass: number, score: (probability: number) => number): void => {
    const ranked = kept.toSorted(
      (left, right) => score(right.probability) - score(left.probability) || left.token - right.token,
    );
    let reached = 0;
    kept = ranked.filter(({ probability }) => {
      const needed = reached < mass;
      reached += probability;
      return needed;
    });
    normalise();
  };
  if (topK > 0)
    kept = kept
      .filter(({ value }) => value > Number.NEGATIVE_INFINITY)
      .toSorted((left, right) => right.value - left.value || left.token - right.token)
      .slice(0, topK);
  normalise();
  if (typicalP < 1) {
    const entropy = kept.reduce(
      (sum, { probability }) => sum - (probability > 0 ? probability * Math.log(probability) : 0),
      0,
    );
    keepMass(typicalP, (probability) => -Math.abs(Math.log(probability) + entropy));
  }
  if (topP < 1) keepMass(topP, (probability) => probability);
  if (minP > 0) {
    const most = Math.max(...kept.map(({ probability }) => probability));
    kept = kept.filter(({ probability }) => probability >= minP * most);
    normalise();
  }
  return new Map(kept.map(({ token, probability }) => [token, probability]));
}

function asMap({ tokens, probabilities }: Distribution): Map<number, number> {
  return new Map(
    Array.from(probabilities, (probability, index) => [
      tokens === undefined ? index : (tokens[index] as number),
      probability,
    ]),
  );
}

describe('the pipeline', () => {
  test('agrees with the plain reference', () => {
    let cuts = 0;
    fc.assert(
      fc.property(row, history, settings, (logits, past, given) => {
        const actual = asMap(createLogitsTransform(given, vocabularySize).apply(logits, past, 0));
        const expected = reference(logits, past, given);
        let distance = 0;
        let moved = 0;
        for (const token of new Set([...actual.keys(), ...expected.keys()])) {
          distance += Math.abs((actual.get(token) ?? 0) - (expected.get(token) ?? 0)) / 2;
          if (actual.has(token) !== expected.has(token)) moved += 1;
        }
        // A cut may fall on the other side of a mass that both reach up to rounding: then one token moves. Or two tokens
        // are as typical as each other up to rounding: then they change places.
        const rounded = moved === 1 || (moved === 2 && (given.typicalP ?? 1) < 1);
        if (distance > 1e-9 && rounded) cuts += 1;
        else expect(distance).toBeLessThan(1e-9);
      }),
      { seed, numRuns: 3000 },
    );
    expect(cuts).toBeLessThan(10);
  });

  test('gives ascending tokens with probabilities that sum to 1, and leaves the logits alone', () => {
    fc.assert(
      fc.property(row, history, settings, (logits, past, given) => {
        const before = logits.slice();
        const { tokens, probabilities } = createLogitsTransform(given, vocabularySize).apply(logits, past, 0);
        expect(logits).toEqual(before);
        expect(probabilities.reduce((sum, probability) => sum + probability, 0)).toBeCloseTo(1, 12);
        expect(probabilities.every((probability) => probability >= 0)).toBe(true);
        if (tokens !== undefined)
          expect([...tokens]).toEqual([...new Set(tokens)].toSorted((left, right) => left - right));
      }),
      { seed },
    );
  });

  test('gives what a new one would, whatever rows it had before', () => {
    fc.assert(
      fc.property(rowWithGaps, rowWithGaps, history, settings, (before, logits, past, given) => {
        const used = createLogitsTransform(given, vocabularySize);
        used.apply(before, past, 0);
        const expected = createLogitsTransform(given, vocabularySize).apply(logits, past, 0);
        expect(used.apply(logits, past, 0)).toEqual(expected);
      }),
      { seed, numRuns: 2000 },
    );
  });

  test('rows in other slots stay as they were', () => {
    const transform = createLogitsTransform({ topP: 0.9 }, 4);
    const first = transform.apply(Float32Array.of(1, 2, 3, 4), [], 0);
    const copy = asMap(first);
    transform.apply(Float32Array.of(4, 3, 2, 1), [], 1);
    transform.clone().apply(Float32Array.of(4, 3, 2, 1), [], 0);
    expect(asMap(first)).toEqual(copy);
  });
});

describe('rows of the whole vocabulary', () => {
  test('stay as they were when another transform comes with a larger vocabulary', () => {
    const first = createLogitsTransform({}, 4).apply(Float32Array.of(1, 2, 3, 4), [], 0);
    const copy = asMap(first);
    const large = Float32Array.from({ length: 300_000 }, (_, token) => token % 7);
    const second = createLogitsTransform({}, large.length).apply(large, [], 0);
    expect(second.probabilities).toHaveLength(large.length);
    expect(asMap(first)).toEqual(copy);
  });

  test('are written to the same memory every round', () => {
    const transform = createLogitsTransform({}, 4);
    const buffers = [1, 2, 3].map(
      (first) => transform.apply(Float32Array.of(first, 2, 3, 4), [], 0).probabilities.buffer,
    );
    expect(new Set(buffers).size).toBe(1);
  });
});

describe('cuts', () => {
  const flat = new Float32Array(4);
  const half = { tokens: Int32Array.of(0, 1), probabilities: Float64Array.of(0.5, 0.5) };

  test.each<SamplingSettings>([{ topK: 2 }, { topP: 0.5 }, { typicalP: 0.5 }])(
    '%o of four equal tokens keeps the first two: the mass is reached exactly, ties go to the lowest ids',
    (given) => {
      expect(createLogitsTransform(given, 4).apply(flat, [], 0)).toEqual(half);
    },
  );

  test('min-p of 1 keeps every token that ties with the largest', () => {
    const logits = Float32Array.of(2, 1, 2, 1.9);
    const expected = { tokens: Int32Array.of(0, 2), probabilities: Float64Array.of(0.5, 0.5) };
    expect(createLogitsTransform({ minP: 1 }, 4).apply(logits, [], 0)).toEqual(expected);
  });

  test('min-p counts from the largest that the cut before it left', () => {
    // Typical sampling throws out the likeliest token here: 0.4 beside eight of 0.075, of which four reach 0.29.
    const logits = Float32Array.of(0, 0, 0, 0, Math.log(0.4 / 0.075), 0, 0, 0, 0);
    const { tokens, probabilities } = createLogitsTransform({ typicalP: 0.29, minP: 1 }, 9).apply(
      logits,
      [],
      0,
    );
    expect(tokens).toEqual(Int32Array.of(0, 1, 2, 3));
    for (const probability of probabilities) expect(probability).toBeCloseTo(0.25, 12);
  });

  test('top-k throws out the highest id of those that tie for the last place', () => {
    const kept = (...logits: number[]) =>
      createLogitsTransform({ topK: 3 }, logits.length).apply(Float32Array.from(logits), [], 0).tokens;
    expect(kept(1, 1, 1, 2)).toEqual(Int32Array.of(0, 1, 3));
    expect(kept(1, 1, 2, 1, 2)).toEqual(Int32Array.of(0, 2, 4));
    expect(kept(2, 1, 1, 1, 1, 2)).toEqual(Int32Array.of(0, 1, 5));
  });

  test('a row that nothing cuts stays dense', () => {
    const uncut: readonly SamplingSettings[] = [
      {},
      { temperature: 0.5, presencePenalty: 1 },
      { topK: 0, topP: 1, minP: 0, typicalP: 1, logitBias: new Map([[1, Number.NEGATIVE_INFINITY]]) },
    ];
    for (const given of uncut)
      expect(createLogitsTransform(given, 4).apply(flat, [0], 0).tokens).toBeUndefined();
  });

  test('top-k lists no forbidden token, where fewer than k are allowed', () => {
    const none = Number.NEGATIVE_INFINITY;
    const listed = (...logits: number[]) =>
      createLogitsTransform({ topK: 3 }, 4).apply(Float32Array.from(logits), [], 0).tokens;
    expect(listed(none, 1, none, 2)).toEqual(Int32Array.of(1, 3));
    expect(listed(1, none, none, none)).toEqual(Int32Array.of(0));
    expect(listed(none, none, 5, none)).toEqual(Int32Array.of(2));
  });

  test('a row of top-k takes memory for k tokens, not for the vocabulary', () => {
    const { tokens, probabilities } = createLogitsTransform({ topK: 2 }, 1000).apply(
      new Float32Array(1000),
      [],
      0,
    );
    expect([tokens?.buffer.byteLength, probabilities.buffer.byteLength]).toEqual([8, 16]);
  });

  test.each<SamplingSettings>([{ topP: 1 - Number.EPSILON / 2 }, { typicalP: 1 - Number.EPSILON / 2 }])(
    '%o, as near to 1 as can be, leaves out only what rounding hides',
    (given) => {
      fc.assert(
        fc.property(rowWithGaps, (logits) => {
          const kept = asMap(createLogitsTransform(given, vocabularySize).apply(logits, [], 0));
          for (const [token, probability] of reference(logits, [], {}))
            expect(kept.get(token) ?? 0).toBeCloseTo(probability, 12);
        }),
        { seed, numRuns: 300 },
      );
    },
  );

  test('top-p reaches its mass where nearly every token is as likely as the least that may count', () => {
    // 4095 tokens of (1 - first) / 4095 each; top-p is a little more than the first token alone.
    const logits = new Float32Array(4096);
    logits[0] = 10;
    const all = createLogitsTransform({}, 4096).apply(logits, [], 0).probabilities;
    const [first, second] = all as unknown as [number, number];
    const given = { topP: first + second / 2 };
    expect(createLogitsTransform(given, 4096).apply(logits, [], 0).tokens).toEqual(Int32Array.of(0, 1));
  });
});

describe('greedy', () => {
  test('is one-hot at the largest logit, ties to the lowest id', () => {
    const transform = createLogitsTransform({ temperature: 0 }, 4);
    expect(transform.greedy).toBe(true);
    expect(asMap(transform.apply(Float32Array.of(1, 5, 5, 2), [], 0))).toEqual(new Map([[1, 1]]));
  });

  test('obeys penalties, bias and mask', () => {
    const logits = Float32Array.of(1, 5, 4, 2);
    const best = (given: SamplingSettings, past: readonly number[] = []) =>
      [...asMap(createLogitsTransform({ temperature: 0, ...given }, 4).apply(logits, past, 0)).keys()][0];
    expect(best({ presencePenalty: 2 }, [1])).toBe(2);
    expect(best({ logitBias: new Map([[1, Number.NEGATIVE_INFINITY]]) })).toBe(2);
    expect(best({ allowedTokens: { mask: () => Uint8Array.of(1, 0, 0, 1) } })).toBe(3);
  });
});

test('softened, greedy settings have temperature 1 and the rest as it was; others are what they were', () => {
  const logits = Float32Array.of(1, 5, 4, 2);
  for (const given of [{}, { topK: 2 }, { presencePenalty: 3 }] as const) {
    const greedy = createLogitsTransform({ ...given, temperature: 0 }, 4);
    const soft = greedy.soften();
    expect(soft.greedy).toBe(false);
    expect(soft.apply(logits, [1], 0)).toEqual(createLogitsTransform(given, 4).apply(logits, [1], 0));
    expect(greedy.apply(logits, [1], 0).probabilities).toHaveLength(1);
  }
  const warm = createLogitsTransform({ temperature: 0.5 }, 4);
  const before = warm.apply(logits, [], 0);
  const copy = asMap(before);
  expect(asMap(warm.soften().apply(logits, [], 0))).toEqual(copy);
  // Buffers of its own.
  warm.soften().apply(Float32Array.of(4, 3, 2, 1), [], 0);
  expect(asMap(before)).toEqual(copy);
});

describe('bad input', () => {
  test.each<[SamplingSettings, RegExp]>([
    [{ temperature: -0.1 }, /temperature/],
    [{ temperature: Number.NaN }, /temperature/],
    [{ topK: -1 }, /topK/],
    [{ topK: 1.5 }, /topK/],
    [{ topP: 0 }, /topP/],
    [{ topP: 1.1 }, /topP/],
    [{ minP: -0.1 }, /minP/],
    [{ typicalP: 0 }, /typicalP/],
    [{ repetitionPenalty: 0 }, /repetitionPenalty/],
    [{ penaltyWindow: -1 }, /penaltyWindow/],
    [{ logitBias: new Map([[9, 1]]) }, /logitBias/],
    [{ logitBias: new Map([[0, Number.NaN]]) }, /logitBias/],
  ])('%o is refused', (given, message) => {
    expect(() => createLogitsTransform(given, 4)).toThrow(message);
  });

  test.each([
    [Float32Array.of(1, Number.NaN, 2), /NaN/],
    [Float32Array.of(1, Number.POSITIVE_INFINITY, 2), /Infinity/],
    [new Float32Array(3).fill(Number.NEGATIVE_INFINITY), /forbidden/],
    [Float32Array.of(1, 2), /2 logits/],
  ])('the logits %o are refused in every mode', (logits, message) => {
    for (const temperature of [0, 1]) {
      for (const topK of [0, 2]) {
        expect(() => createLogitsTransform({ temperature, topK }, 3).apply(logits, [], 0)).toThrow(message);
      }
    }
  });
});

test.each([Number.NaN, Number.POSITIVE_INFINITY])('every mode names the first logit that is %f', (bad) => {
  const modes: readonly SamplingSettings[] = [{ temperature: 0 }, {}, { topK: 1 }, { topK: 3 }];
  for (let token = 0; token < 6; token++) {
    const logits = Float32Array.of(3, 1, 2, 3, 0, 1).map((value, at) => (at < token ? value : bad));
    for (const given of modes) {
      const apply = () => createLogitsTransform(given, 6).apply(logits, [], 0);
      expect(apply).toThrow(NonFiniteLogitsError);
      expect(apply).toThrow(`The logit of token ${token} is ${bad}: the model or its weights are damaged.`);
    }
  }
});

describe('drawing', () => {
  test('never gives a token of probability 0, and meets every boundary', () => {
    const distribution = { tokens: undefined, probabilities: Float64Array.of(0, 0.25, 0, 0.75, 0) };
    const draws = [0, 0.249999, 0.25, 0.999999, 1].map((uniform) => drawToken(distribution, uniform));
    expect(draws).toEqual([1, 1, 3, 3, 3]);
  });

  test('sparse probabilities are found by token', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 100 }), { minLength: 1 }), (ids) => {
        const tokens = Int32Array.from(ids).toSorted();
        const distribution = { tokens, probabilities: Float64Array.from(tokens, (token) => token + 1) };
        for (let token = 0; token <= 101; token++) {
          expect(probabilityOf(distribution, token)).toBe(tokens.includes(token) ? token + 1 : 0);
        }
      }),
      { seed },
    );
  });
});

test('the exponential is within 4 epsilon of Math.exp', () => {
  fc.assert(
    fc.property(fc.double({ min: -700, max: 0, noNaN: true }), (x) => {
      const expected = Math.exp(x);
      expect(Math.abs(exponential(x) - expected)).toBeLessThanOrEqual(4 * Number.EPSILON * expected);
    }),
    { seed, numRuns: 20_000 },
  );
  expect(exponential(0)).toBe(1);
  expect(exponential(Number.NEGATIVE_INFINITY)).toBe(0);
});
