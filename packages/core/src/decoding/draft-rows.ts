import type { Distribution } from '../contract/distribution.js';
import type { Draft } from '../contract/draft.js';
import type { LogitsHandle } from '../contract/logits-handle.js';
import type { VerificationRule } from '../contract/verification-rule.js';
import { probabilityOf } from '../sampling/draw.js';
import type { LogitsTransform } from '../sampling/logits-transform.js';
import { pathTokens } from './draft-shape.js';

/**
 * A model's distributions after a text and after each node of a draft that continues it, [1 + nodes].
 *
 * Behind a node whose token has the probability 0 no exact rule reads on: the row of its parent stands in, so that a mask is
 * never asked about texts that it forbids.
 *
 * @param logits rows of the same positions.
 * @param history the text's tokens; as it was when this returns.
 * @param rule an inexact one may keep such a token, and has every row.
 * @param firstRow the transformation's row for the first of them.
 */
export function draftRows(
  draft: Draft,
  logits: LogitsHandle,
  transform: LogitsTransform,
  history: number[],
  rule: Pick<VerificationRule, 'exact'>,
  firstRow = 0,
): Distribution[] {
  const { length } = history;
  const rows: Distribution[] = [transform.apply(logits.read(0), history, firstRow)];
  const reached = [true];
  for (const [node, token] of draft.tokens.entries()) {
    const parentRow = (draft.parents[node] as number) + 1;
    const parent = rows[parentRow] as Distribution;
    const isReached = !rule.exact || (reached[parentRow] === true && probabilityOf(parent, token) > 0);
    reached.push(isReached);
    if (isReached) {
      history.push(...pathTokens(draft, node));
      rows.push(transform.apply(logits.read(node + 1), history, firstRow + node + 1));
      history.length = length;
    } else rows.push(parent);
  }
  return rows;
}
