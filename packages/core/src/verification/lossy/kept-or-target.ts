import type { Distribution } from '../../contract/distribution.js';
import { probabilityOf } from '../../sampling/draw.js';

/**
 * The law of a token that is drawn from the draft, kept where `keeps` holds for it, and otherwise replaced by a draw
 * from the target: draft x [kept] + (draft mass that is not kept) x target. O(both supports).
 */
export function keptOrTarget(
  target: Distribution,
  draft: Distribution,
  keeps: (token: number) => boolean,
): Distribution {
  const tokens = jointSupport(target, draft);
  const length = tokens?.length ?? Math.max(target.probabilities.length, draft.probabilities.length);
  const probabilities = new Float64Array(length);
  let replaced = 0;
  for (let index = 0; index < length; index++) {
    const token = tokens?.[index] ?? index;
    const drafted = probabilityOf(draft, token);
    if (drafted > 0 && keeps(token)) probabilities[index] = drafted;
    else replaced += drafted;
  }
  for (let index = 0; index < length; index++) {
    const share = replaced * probabilityOf(target, tokens?.[index] ?? index);
    probabilities[index] = (probabilities[index] as number) + share;
  }
  return { tokens, probabilities };
}

/** The ids that either distribution lists, ascending; undefined (all ids) where one of them is dense. */
function jointSupport(left: Distribution, right: Distribution): Int32Array | undefined {
  if (left.tokens === undefined || right.tokens === undefined) return undefined;
  return Int32Array.from(new Set([...left.tokens, ...right.tokens])).toSorted();
}
