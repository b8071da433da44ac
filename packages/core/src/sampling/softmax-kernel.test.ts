import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { createRequestRandom } from '../random/request-random.js';
import { softmaxInJavaScript } from './softmax-in-javascript.js';
import { createSoftmaxKernel, type SoftmaxKernel } from './softmax-kernel.js';
import { tokensPerSum } from './softmax-parts.js';

const seed = 20261124;
const epsilon = Number.EPSILON;
const longest = 2 * tokensPerSum + 13;
const kernels = new Map<number, SoftmaxKernel>();

/** One kernel a capacity for all rows, so that each meets what the row before left in the memory. */
function kernelFor(capacity: number): SoftmaxKernel {
  const kernel = kernels.get(capacity) ?? createSoftmaxKernel(capacity);
  // Node 20 has WebAssembly with SIMD on every processor: here nothing may fall back unseen.
  if (kernel === undefined) throw new Error('The kernel was not made.');
  kernels.set(capacity, kernel);
  return kernel;
}

/** What each path does with a row: the probabilities, or the error's message. */
function outcome(
  run: SoftmaxKernel['run'],
  logits: Float32Array,
  temperature: number,
): Float64Array | string {
  const probabilities = new Float64Array(logits.length);
  try {
    run(logits, temperature, probabilities);
    return probabilities;
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`;
  }
}

/** The same bits, or the same message; `toEqual` alone takes a hundred times as long over a row. */
function expectSame(actual: Float64Array | Float32Array | string, expected: typeof actual): void {
  const same =
    typeof actual !== 'string' &&
    typeof expected !== 'string' &&
    Buffer.from(actual.buffer).equals(Buffer.from(expected.buffer));
  if (!same) expect(actual).toEqual(expected);
}

const kinds: Readonly<Record<string, (uniform: number) => number>> = {
  random: (uniform) => 20 * uniform - 10,
  peaked: (uniform) => (uniform < 0.01 ? 50 : -400 * uniform),
  tied: (uniform) => Math.floor(3 * uniform),
  flat: () => -1.5,
  'with forbidden tokens': (uniform) => (uniform < 0.7 ? Number.NEGATIVE_INFINITY : uniform),
  'of great range': (uniform) => (uniform - 0.5) * 3e38,
  // Around the least exponent, below which a weight is 0.
  'at the edge of 0': (uniform) => (uniform < 0.1 ? 0 : -707.5 - uniform),
  'with zeros of both signs': (uniform) => (uniform < 0.5 ? -0 : 0),
  'mostly forbidden': (uniform) => (uniform < 0.999 ? Number.NEGATIVE_INFINITY : 1),
  'with an Infinity': (uniform) => (uniform < 0.02 ? Number.POSITIVE_INFINITY : uniform),
  'with a NaN': (uniform) => (uniform < 0.02 ? Number.NaN : uniform),
  'with all that is bad': (uniform) =>
    [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1][Math.floor(4 * uniform)] as number,
};

function rowOf(kind: string, length: number, rowSeed: number): Float32Array {
  const random = createRequestRandom({ seed: rowSeed }).round(0);
  const logitAt = kinds[kind] as (uniform: number) => number;
  return Float32Array.from({ length }, (_, token) => logitAt(random.uniform('sample', 0, 0, token)));
}

const length = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 40 }) },
  // Around the blocks that are summed on their own.
  { weight: 1, arbitrary: fc.integer({ min: tokensPerSum - 9, max: tokensPerSum + 9 }) },
  { weight: 1, arbitrary: fc.constant(longest) },
);
const temperature = fc.oneof(
  fc.constant(1),
  fc.double({ min: 0.05, max: 4, noNaN: true }),
  // 1 / temperature is Infinity below 5.6e-309.
  fc.constantFrom(5e-324, 1e-310, 1e-30, 1e30, Number.MAX_VALUE),
);

describe('the kernel and JavaScript give the same bits, or the same error', () => {
  const run: SoftmaxKernel['run'] = (...row) => kernelFor(longest).run(...row);

  test.each(Object.keys(kinds))('on rows: %s', (kind) => {
    fc.assert(
      fc.property(length, temperature, fc.nat(), (tokens, degrees, rowSeed) => {
        const logits = rowOf(kind, tokens, rowSeed);
        const before = logits.slice();
        const expected = outcome(softmaxInJavaScript, logits, degrees);
        expectSame(outcome(run, logits, degrees), expected);
        expectSame(logits, before);
        if (typeof expected !== 'string') {
          expect(expected.every((probability) => probability >= 0 && probability <= 1)).toBe(true);
        }
      }),
      { seed, numRuns: 150 },
    );
  });

  test('on rows of any float32 bits', () => {
    const bits = fc.array(fc.integer({ min: 0, max: 0xffff_ffff }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(bits, temperature, (words, degrees) => {
        const logits = new Float32Array(Uint32Array.from(words).buffer);
        expectSame(outcome(run, logits, degrees), outcome(softmaxInJavaScript, logits, degrees));
      }),
      { seed, numRuns: 3000 },
    );
  });

  test('with one bad logit at every place of a row', () => {
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
      for (let token = 0; token < 37; token++) {
        const logits = rowOf('random', 37, token);
        logits[token] = bad;
        const message = outcome(run, logits, 1);
        expect(message).toBe(outcome(softmaxInJavaScript, logits, 1));
        expect(message).toMatch(new RegExp(`^NonFiniteLogitsError: The logit of token ${token} is ${bad}`));
      }
    }
  });
});

describe.each([
  ['kernel', (...row: Parameters<SoftmaxKernel['run']>) => kernelFor(151_936).run(...row)],
  ['JavaScript', softmaxInJavaScript],
] as const)('accuracy: %s', (_, run) => {
  test('ratios to the largest are within 5 epsilon of Math.exp', () => {
    // 4 epsilon of the exponential and a half each of the normalisation's two products.
    const logits = Float32Array.from({ length: 100_001 }, (_unused, token) => -token / 143);
    const probabilities = outcome(run, logits, 1) as Float64Array;
    let worst = 0;
    for (const [token, probability] of probabilities.entries()) {
      const x = logits[token] as number;
      if (x < -690) break; // below, the probability itself is no longer a normal number
      worst = Math.max(worst, Math.abs(probability / (probabilities[0] as number) / Math.exp(x) - 1));
    }
    expect(worst).toBeLessThan(5 * epsilon);
  });

  test.each(['random', 'peaked', 'tied', 'flat', 'with forbidden tokens'])(
    'probabilities sum to 1 within 1e-12, rows: %s',
    (kind) => {
      for (const tokens of [1, 7, 8191, 8192, 151_936]) {
        const logits = rowOf(kind, tokens, seed);
        logits[0] = 0; // so that one token is allowed, however short the row
        const sum = exactSum(outcome(run, logits, 1) as Float64Array);
        expect(Math.abs(sum - 1)).toBeLessThan(1e-12);
      }
    },
  );

  test('the least temperature gives the largest logit everything', () => {
    expect(outcome(run, Float32Array.of(1, 3, 2), 5e-324)).toEqual(Float64Array.of(0, 1, 0));
    expect(outcome(run, Float32Array.of(3, 3, 2), 5e-324)).toEqual(Float64Array.of(0.5, 0.5, 0));
  });
});

test.each([1, 8, 9, tokensPerSum, tokensPerSum + 1])(
  'a row of %i tokens is all that is written, and its kernel holds it',
  (tokens) => {
    const kernel = kernelFor(tokens);
    expect(kernel.capacity).toBeGreaterThanOrEqual(tokens);
    expect(kernel.capacity - tokens).toBeLessThan(8);
    for (const run of [kernel.run, softmaxInJavaScript]) {
      const probabilities = new Float64Array(tokens + 3).fill(7);
      run(new Float32Array(tokens), 1, probabilities);
      expect(probabilities).toEqual(
        Float64Array.from({ length: tokens + 3 }, (_, token) => (token < tokens ? 1 / tokens : 7)),
      );
    }
  },
);

/** Neumaier's compensated sum. */
function exactSum(values: Float64Array): number {
  let sum = 0;
  let lost = 0;
  for (const value of values) {
    const next = sum + value;
    lost += Math.abs(sum) >= Math.abs(value) ? sum - next + value : value - next + sum;
    sum = next;
  }
  return sum + lost;
}

describe('without a kernel', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
    vi.resetModules();
  });

  function Refusing(): never {
    throw new RangeError('could not allocate memory');
  }
  const real = (globalThis as unknown as { WebAssembly: object }).WebAssembly;
  const parts = Object.fromEntries(
    Object.getOwnPropertyNames(real).map((name) => [name, real[name as keyof typeof real]]),
  );
  const engines: readonly [string, unknown][] = [
    ['that has no WebAssembly', undefined],
    ['that does not know SIMD', { ...parts, validate: () => false }],
    ['that may not compile', { ...parts, Module: Refusing }],
    ['that has no memory left', { ...parts, Memory: Refusing }],
  ];

  test.each(engines)('an engine %s samples all the same, to the same bits', async (_name, webAssembly) => {
    const logits = rowOf('random', 1000, 1);
    const settings = { temperature: 0.7, minP: 0.01 };
    const here = await import('./create-logits-transform.js');
    const expected = here.createLogitsTransform(settings, 1000).apply(logits, [], 0);

    vi.resetModules();
    vi.stubGlobal('WebAssembly', webAssembly);
    const fresh = await import('./softmax-kernel.js');
    expect(fresh.createSoftmaxKernel(8)).toBeUndefined();
    const there = await import('./create-logits-transform.js');
    const transform = there.createLogitsTransform(settings, 1000);
    expect(transform.apply(logits, [], 0)).toEqual(expected);
    expect(() => transform.apply(logits.fill(Number.NaN), [], 0)).toThrow(/NaN/);
  });
});
