import type { Distribution } from '../contract/distribution.js';
import { type Branch, type EnumeratedTrees, entries, planDraft } from './enumerate-drafts.js';

/**
 * The largest probability with which any exact rule can keep one of a node's children: 1 + the minimum over sets S of
 * tokens of target(S) - P(every child's token lies in S) (Hu et al. 2502.18779).
 *
 * Why: a rule moves the probability of every set of drafted tokens to tokens; what it moves into the set itself is
 * acceptance, and token t takes target(t) at most. The largest such flow is the smallest cut. A cut that separates the
 * tokens of S from the end costs target(S), and must also separate from the start every drafted set that is not within
 * S, which costs 1 - P(within S). O(vocabulary x 2^vocabulary), for vocabularies of up to about 12 tokens.
 *
 * @param drafts the tokens of the children, with their probabilities; [possible drafts].
 */
export function optimalAcceptance(
  target: Distribution,
  drafts: readonly Branch<readonly number[]>[],
  vocabularySize: number,
): number {
  const subsets = 2 ** vocabularySize;
  const targetMass = new Float64Array(subsets);
  for (const [token, probability] of entries(target)) targetMass[2 ** token] = probability;
  const draftMass = new Float64Array(subsets);
  for (const { value, probability } of drafts) {
    const set = [...new Set(value)].reduce((sum, token) => sum + 2 ** token, 0);
    draftMass[set] = (draftMass[set] as number) + probability;
  }
  for (const mass of [targetMass, draftMass]) {
    // Sums over all subsets, one token after the other.
    for (let token = 0; token < vocabularySize; token++) {
      for (let set = 0; set < subsets; set++) {
        if ((set & (2 ** token)) !== 0)
          mass[set] = (mass[set] as number) + (mass[set - 2 ** token] as number);
      }
    }
  }
  return targetMass.reduce((least, mass, set) => Math.min(least, 1 + mass - (draftMass[set] as number)), 1);
}

/** `optimalAcceptance` for the children that a root of `count` children gets. */
export function optimalRootAcceptance(
  target: Distribution,
  { drawn, siblings }: Pick<EnumeratedTrees, 'drawn' | 'siblings'>,
  count: number,
  vocabularySize: number,
): number {
  const star = { drawn, siblings, shape: () => new Array<number>(count).fill(-1) };
  const drafts = planDraft(star, [], [])
    .drafts([])
    .map(({ probability, value }) => ({ probability, value: value.tokens }));
  return optimalAcceptance(target, drafts, vocabularySize);
}
