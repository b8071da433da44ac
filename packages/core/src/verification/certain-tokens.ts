import type { Distribution } from '../contract/distribution.js';
import type { Draft } from '../contract/draft.js';
import { beginning, draftDepth, isChain } from '../decoding/draft-shape.js';
import { probabilityOf } from '../sampling/draw.js';
import type { KnownTokens } from '../scheduling/draft-length-controller.js';

/** The first node whose token was drawn, and could have been another; -1 where all are certain, as in greedy decoding. */
export function firstDrawn({ tokens, distributions }: Draft): number {
  return tokens.findIndex((token, node) => probabilityOf(distributions[node] as Distribution, token) < 1);
}

/**
 * What is verified of a draft: of a chain whose tokens are all certain as many as asked for, of any other all. A certain token is a
 * function of what was committed, and so is leaving it out; one that was drawn must be kept whatever it is, since leaving it
 * out for its probability is biased.
 *
 * @param lengthToVerify of a chain's length; undefined: all.
 */
export function toVerify(draft: Draft, lengthToVerify: ((drafted: number) => number) | undefined): Draft {
  const { length } = draft.tokens;
  if (lengthToVerify === undefined || length === 0 || !isChain(draft) || firstDrawn(draft) >= 0) return draft;
  const kept = lengthToVerify(length);
  return kept < length ? beginning(draft, kept) : draft;
}

/** What the committed tokens tell of a draft of certain tokens, in the pass or not, with the path of those that are right. */
export function knownOf(
  draft: Draft,
  committed: readonly number[],
): KnownTokens & { readonly acceptedPath: readonly number[] } {
  const acceptedPath = rightPath(draft, committed);
  const acceptedCount = acceptedPath.length;
  const draftedCount = Math.min(draftDepth(draft), acceptedCount + 1, committed.length);
  return { draftedCount, acceptedCount, acceptedPath };
}

/** The path that tokens take through a draft, as far as it has them. */
function rightPath({ tokens, parents }: Draft, committed: readonly number[]): number[] {
  const path: number[] = [];
  for (const token of committed) {
    const parent = path.at(-1) ?? -1;
    const node = tokens.findIndex((own, index) => own === token && parents[index] === parent);
    if (node < 0) break;
    path.push(node);
  }
  return path;
}
