import { type Distribution, probabilityOf } from '@foretoken/core';

/**
 * In which order the tokens are lined up for the probability integral transform; the order decides which faults show.
 * `probability`: the target's likeliest first. `ratio`: largest draft / target first, so that tokens which a faulty
 * rule favours or starves lie together. `id`: as samplers walk the vocabulary, where a random number used twice shows.
 */
export const tokenOrders = ['probability', 'ratio', 'id'] as const;
export type TokenOrder = (typeof tokenOrders)[number];

/** Where a token lies in the line of all tokens by their target probability: from `before` to `before + own`. */
export interface TokenPlace {
  readonly before: number;
  /** Target probability of the token; 0 where it cannot be drawn at all. */
  readonly own: number;
}

/**
 * The token's place in every order. O(support).
 *
 * @param draft the drafter's distribution after the same history, as that history alone gives it; undefined where it
 *   proposes nothing.
 */
export function tokenPlaces(
  target: Distribution,
  draft: Distribution | undefined,
  token: number,
): Readonly<Record<TokenOrder, TokenPlace>> {
  const own = probabilityOf(target, token);
  const drafted = dense(draft);
  const ownRatio = own > 0 ? drafted(token) / own : 0;
  let likelier = 0;
  let favoured = 0;
  let lower = 0;
  const { tokens, probabilities } = target;
  for (let index = 0; index < probabilities.length; index++) {
    const other = tokens === undefined ? index : (tokens[index] as number);
    const probability = probabilities[index] as number;
    if (other === token || probability === 0) continue;
    const first = probability > own || (probability === own && other < token);
    if (first) likelier += probability;
    if (other < token) lower += probability;
    const ratio = drafted(other) / probability;
    // Tokens that the draft leaves alone all have ratio 0: those are lined up by probability.
    if (ratio > ownRatio || (ratio === ownRatio && first)) favoured += probability;
  }
  return {
    probability: { before: likelier, own },
    ratio: { before: favoured, own },
    id: { before: lower, own },
  };
}

function dense(draft: Distribution | undefined): (token: number) => number {
  if (draft === undefined) return () => 0;
  const { tokens, probabilities } = draft;
  if (tokens === undefined) return (token) => probabilities[token] as number;
  const known = new Map(Array.from(tokens, (token, index) => [token, probabilities[index] as number]));
  return (token) => known.get(token) ?? 0;
}
