import type { Distribution } from '../../contract/distribution.js';
import { createRequestRandom } from '../../random/request-random.js';
import type { SamplingSettings } from '../../sampling/sampling-settings.js';
import { check } from '../conformance-case.js';
import { type DrafterConformanceOptions, propose, withDrafter } from './proposals.js';

/**
 * Kolmogorov-Smirnov: sqrt(n) times the distance of n uniform numbers exceeds this with probability
 * 2 exp(-2 x 3.6^2) = 1e-11 at most (Massart 1990).
 */
const mostDistance = 3.6;
/** A normal variable exceeds this with probability 3e-11; the sum of n >= 100 products of uniforms is near one. */
const mostCorrelation = 6.6;

const settings: readonly SamplingSettings[] = [
  { temperature: 1 },
  { temperature: 0.6 },
  { temperature: 1.3, topK: 2 },
  { topP: 0.7, repetitionPenalty: 1.5, presencePenalty: 0.5 },
];

type Order = (left: number, right: number, distribution: Distribution) => number;
const orders: Readonly<Record<string, Order>> = {
  id: (left, right) => left - right,
  probability: (left, right, { probabilities }) =>
    (probabilities[right] as number) - (probabilities[left] as number) || left - right,
};

/**
 * Every token must be drawn from the distribution that is reported for it. The probability integral transform of
 * each token under its own reported distribution, made continuous with a random share of the token's probability,
 * is then uniform, and independent of that of the parent, the sibling and the round before (Rosenblatt 1952). Ordered
 * by id it sees shifted draws, by probability too sharp and too flat ones.
 */
export async function drawsWhatItReports(options: DrafterConformanceOptions): Promise<void> {
  const { target, prompts, proposals = 8000, budget = { maximumTokens: 3, maximumLeaves: 1 } } = options;
  const jitter = createRequestRandom({ seed: 20_261_124 });
  for (const sampling of settings) {
    await withDrafter(options, async (drafter) => {
      const places: Record<string, number[]> = { id: [], probability: [] };
      const products: Record<string, number[]> = {
        'of the parent': [],
        'of the sibling before': [],
        'of the round before': [],
      };
      let previous: { readonly seed: number; readonly places: readonly number[] } | undefined;
      const count = Math.ceil(proposals / settings.length);
      for (let number = 0; number < count; number++) {
        // Two rounds of each request in a row, the second with what the first drafted first.
        const seed = number >> 1;
        const prompt = prompts[seed % prompts.length] as readonly number[];
        const known = previous?.seed === seed ? previous : undefined;
        const tokens =
          known === undefined ? prompt : [...prompt, followed(prompt, seed, target.vocabularySize)];
        const draft = await propose(target, drafter, { tokens, seed, sampling, ...budget });
        const byId = draft.tokens.map((token, node) => {
          const share = jitter.round(number).uniform('sample', 0, node, 0);
          const distribution = draft.distributions[node] as Distribution;
          places['probability']?.push(place(distribution, token, share, orders['probability'] as Order));
          return place(distribution, token, share, orders['id'] as Order);
        });
        places['id']?.push(...byId);
        for (const [node, value] of byId.entries()) {
          const parent = byId[draft.parents[node] as number];
          if (parent !== undefined) products['of the parent']?.push(product(value, parent));
          const sibling =
            node > 0 ? byId[draft.parents.lastIndexOf(draft.parents[node] as number, node - 1)] : undefined;
          if (sibling !== undefined) products['of the sibling before']?.push(product(value, sibling));
        }
        const [first] = byId;
        for (const earlier of known?.places.slice(0, 2) ?? [])
          if (first !== undefined) products['of the round before']?.push(product(first, earlier));
        previous = { seed, places: byId };
      }
      const what = JSON.stringify(sampling);
      for (const [order, values] of Object.entries(places)) {
        const scaled = Math.sqrt(values.length) * distanceFromUniform(values);
        check(
          scaled <= mostDistance,
          `${what}: tokens are not drawn from the reported distributions (by ${order}, Kolmogorov-Smirnov ${scaled.toFixed(1)} of at most ${mostDistance})`,
        );
      }
      for (const [earlier, values] of Object.entries(products)) {
        const scaled =
          values.reduce((sum, value) => sum + value, 0) / Math.sqrt(Math.max(100, values.length));
        check(
          Math.abs(scaled) <= mostCorrelation,
          `${what}: a draw depends on that ${earlier} (correlation ${scaled.toFixed(1)} of at most ${mostCorrelation})`,
        );
      }
    });
  }
}

/** A token that the first round may have drafted: the second round goes on after it. */
function followed(prompt: readonly number[], seed: number, vocabularySize: number): number {
  return prompt[seed % prompt.length] ?? seed % vocabularySize;
}

/** Where the token's draw lies in [0, 1): mass of the tokens ordered before it, plus a share of its own. */
function place(distribution: Distribution, token: number, share: number, order: Order): number {
  const { tokens, probabilities } = distribution;
  const own = tokens === undefined ? token : tokens.indexOf(token);
  let before = 0;
  for (let index = 0; index < probabilities.length; index++) {
    if (order(index, own, distribution) < 0) before += probabilities[index] as number;
  }
  return before + share * (probabilities[own] as number);
}

/** Product of two centred uniforms, scaled to variance 1. */
function product(left: number, right: number): number {
  return 12 * (left - 0.5) * (right - 0.5);
}

function distanceFromUniform(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted.reduce(
    (largest, value, rank) =>
      Math.max(largest, value - rank / sorted.length, (rank + 1) / sorted.length - value),
    0,
  );
}
