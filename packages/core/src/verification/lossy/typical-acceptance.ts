import type { Distribution } from '../../contract/distribution.js';
import type { Draft } from '../../contract/draft.js';
import { pathNodes } from '../../decoding/draft-shape.js';
import { InvalidArgumentError } from '../../errors/invalid-argument-error.js';
import { probabilityOf } from '../../sampling/draw.js';
import { childrenOf } from '../children-of.js';
import { keptOrTarget } from './kept-or-target.js';
import type { LossyRule } from './lossy-rule.js';

export interface TypicalAcceptanceOptions {
  /** Largest threshold, at least 0. 0 keeps every token that the target can emit; 1 with `delta` infinity none. */
  readonly epsilon: number;
  /** Factor of exp(-entropy), at least 0. */
  readonly delta: number;
}

/** What the authors' implementation takes. */
export const defaultTypicalAcceptance: TypicalAcceptanceOptions = { epsilon: 0.09, delta: 0.3 };

/**
 * LOSSY. Typical acceptance (Medusa, Cai et al. 2401.10774, section 2.3.1): keeps a drafted token where the target
 * gives it more than min(epsilon, delta exp(-entropy of the target)), and of a tree the longest path of such tokens,
 * the first of equal length. The token after it is drawn from the target. The draft's probabilities are not looked at.
 * O(nodes x support).
 *
 * @throws InvalidArgumentError for a parameter below 0.
 */
export function createTypicalAcceptance(options: TypicalAcceptanceOptions): LossyRule {
  for (const [name, value] of Object.entries(options)) {
    if (!(value >= 0)) {
      throw new InvalidArgumentError(
        `The ${name} of typical acceptance is at least 0, not ${String(value)}.`,
      );
    }
  }
  return {
    name: 'lossy-typical-acceptance',
    exact: false,
    randomness: 'round',
    trees: true,
    verify(draft, targetRows, random) {
      const last = endOfLongestPath(draft, targetRows, options);
      const acceptedPath = pathNodes(draft, last);
      const nextToken = random.draw(targetRows[last + 1] as Distribution, last);
      const nextTokenKind = childrenOf(draft, last).length === 0 ? 'bonus' : 'correction';
      return { acceptedPath, nextToken, nextTokenKind };
    },
    emittedLaw(target, draft) {
      const threshold = typicalThreshold(target, options);
      return keptOrTarget(target, draft, (token) => probabilityOf(target, token) > threshold);
    },
  };
}

/** min(epsilon, delta exp(-entropy)), the entropy in nats. */
function typicalThreshold(target: Distribution, { epsilon, delta }: TypicalAcceptanceOptions): number {
  let entropy = 0;
  for (const probability of target.probabilities) {
    if (probability > 0) entropy -= probability * Math.log(probability);
  }
  return Math.min(epsilon, delta * Math.exp(-entropy));
}

/** The last node of the longest path from the root whose tokens all pass; -1 where no child of the root does. */
function endOfLongestPath(
  draft: Draft,
  targetRows: readonly Distribution[],
  options: TypicalAcceptanceOptions,
): number {
  const thresholds: number[] = [];
  // Length of the path to every node, [nodes + 1], the root first; undefined where it does not pass.
  const lengths: (number | undefined)[] = [0];
  let end = -1;
  for (const [node, token] of draft.tokens.entries()) {
    const row = (draft.parents[node] as number) + 1;
    const before = lengths[row];
    if (before !== undefined) {
      const target = targetRows[row] as Distribution;
      const threshold = (thresholds[row] ??= typicalThreshold(target, options));
      if (probabilityOf(target, token) > threshold) {
        lengths[node + 1] = before + 1;
        if (before + 1 > (lengths[end + 1] as number)) end = node;
      }
    }
  }
  return end;
}
