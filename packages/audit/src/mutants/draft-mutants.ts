import { type Distribution, oneHot, tokenwise } from '@foretoken/core';
import { type DraftFaults, withDraftFaults } from './draft-faults.js';
import type { Mutant } from './mutant.js';
import { roundToHalf } from './round-to-half.js';

function wrongDraft(name: string, description: string, draft: DraftFaults): Mutant {
  return {
    name,
    description,
    rule: tokenwise,
    inject: (subject) => ({
      ...subject,
      createDrafter: async (models) => withDraftFaults(await subject.createDrafter(models), draft),
    }),
    enumerated: { rule: tokenwise, draft },
  };
}

const reportsSoft = { reported: (soft: Distribution): Distribution => soft };

/** Drafters that do not draw from what they report. */
export const draftMutants: readonly Mutant[] = [
  wrongDraft(
    'greedy draft, soft probabilities',
    'drafts the likeliest token and reports the softmax (Transformers before 4.45, llama-speculative)',
    { ...reportsSoft, drawn: (soft) => oneHot(likeliest(soft, 1)[0] as number) },
  ),
  wrongDraft(
    'top-k draft, raw probabilities',
    'drafts from the two likeliest tokens and reports the softmax before the cut',
    { ...reportsSoft, drawn: (soft) => restricted(soft, likeliest(soft, 2)) },
  ),
  wrongDraft('draft of another temperature', 'drafts at temperature 0.5 and reports temperature 1', {
    ...reportsSoft,
    drawn: (soft) =>
      normalized(
        soft.tokens,
        soft.probabilities.map((probability) => probability ** 2),
      ),
  }),
  wrongDraft(
    'dropped low-probability token',
    'ends a draft at a token of low probability and throws that token away',
    { drops: (probability) => probability < 0.35 },
  ),
];

/** Found by enumeration alone: no affordable number of draws sees probabilities of 1e-8. */
export const halfPrecisionDraft: Mutant = wrongDraft(
  'half-precision draft probabilities',
  'reports probabilities in float16, where those below 3e-8 become 0 and their tokens are always kept',
  { reported: (soft) => ({ ...soft, probabilities: soft.probabilities.map(roundToHalf) }) },
);

/** Not a fault: a soft draft reported as one-hot accepts less, and stays lossless. The positive control. */
export const oneHotReport: Mutant = wrongDraft(
  'soft draft, reported as one-hot',
  'draws from the softmax and reports every token as certain: lossless, with lost acceptance',
  { reported: (_, token) => oneHot(token) },
);

/** Positions of the most probable entries, as token ids. */
function likeliest({ tokens, probabilities }: Distribution, count: number): number[] {
  return [...probabilities.keys()]
    .toSorted((left, right) => (probabilities[right] as number) - (probabilities[left] as number))
    .slice(0, count)
    .map((index) => (tokens === undefined ? index : (tokens[index] as number)));
}

function restricted({ tokens, probabilities }: Distribution, kept: readonly number[]): Distribution {
  return normalized(
    tokens,
    probabilities.map((probability, index) =>
      kept.includes(tokens === undefined ? index : (tokens[index] as number)) ? probability : 0,
    ),
  );
}

function normalized(tokens: Int32Array | undefined, weights: Float64Array): Distribution {
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return { tokens, probabilities: weights.map((weight) => weight / sum) };
}
