import type { Distribution } from '../contract/distribution.js';
import type { Draft } from '../contract/draft.js';
import type { VerificationOutcome, VerificationRule } from '../contract/verification-rule.js';
import type { VerificationRandom } from '../contract/verification-random.js';
import { probabilityOf } from '../sampling/draw.js';
import { childrenOf } from './children-of.js';
import { residual } from './residual.js';

/**
 * Traversal verification (Weng et al. 2505.12398): block verification over a tree. Every node has a weight, how much of
 * the draft's probability of its path the target covers; the branches are tried from their ends up, one after the other,
 * and the first node that passes is kept with all of its path. A refused branch changes the residual of the node above
 * it, and that node's weight. So a poor token does not end a branch where the tokens after it make up for it.
 *
 * Exact for siblings drawn independently, without replacement and for certain guesses, as `recursive-rejection` is
 * (enumerated in tree-exactness.test.ts). Drafts without branches are decided as `block` decides them.
 * O(nodes x support).
 */
export const traversal: VerificationRule = {
  name: 'traversal',
  exact: true,
  randomness: 'round',
  trees: true,
  onChains: 'block',
  verify(draft, targetRows, random) {
    return keptBelow(draft, targetRows, random, [], 1) as VerificationOutcome;
  },
};

// Rules are synchronous, so one buffer a depth serves all: what refused branches leave of the target at a node whose
// other branches are still to be tried.
const leftOver: Float64Array[] = [];

/** What becomes of the end of `path` and what is below it; undefined where all of that is refused. */
function keptBelow(
  draft: Draft,
  targetRows: readonly Distribution[],
  random: VerificationRandom,
  path: readonly number[],
  weightAbove: number,
): VerificationOutcome | undefined {
  const node = path.at(-1) ?? -1;
  const target = targetRows[node + 1] as Distribution;
  const children = childrenOf(draft, node);
  let rest = target;
  let restMass = 1;
  let weight = weightAbove;
  for (const child of children) {
    const token = draft.tokens[child] as number;
    const drafted = draft.distributions[child] as Distribution;
    const share = probabilityOf(rest, token) / restMass;
    const childWeight = Math.min(1, (weight * share) / probabilityOf(drafted, token));
    const kept = keptBelow(draft, targetRows, random, [...path, child], childWeight);
    if (kept !== undefined) return kept;
    const { weights, mass } = residual(rest, drafted, weight / restMass);
    // As in `block`: 0 / 0 where both distributions agree and nothing was lost so far.
    if (mass === 0) {
      weight = weight === 1 ? 1 : 0;
      rest = target;
      restMass = 1;
      break;
    }
    weight = mass / (mass + 1 - weight);
    rest = keep(weights, path.length);
    restMass = mass;
  }
  if (node >= 0 && !random.accept(weight, node)) return undefined;
  const nextTokenKind = children.length === 0 ? 'bonus' : 'correction';
  return { acceptedPath: path, nextToken: random.draw(rest, node), nextTokenKind };
}

/** A copy that stays while the branches below are decided. */
function keep({ tokens, probabilities }: Distribution, depth: number): Distribution {
  let buffer = leftOver[depth];
  if (buffer === undefined || buffer.length < probabilities.length) {
    buffer = new Float64Array(probabilities.length);
    leftOver[depth] = buffer;
  }
  const copy = buffer.subarray(0, probabilities.length);
  copy.set(probabilities);
  return { tokens, probabilities: copy };
}
