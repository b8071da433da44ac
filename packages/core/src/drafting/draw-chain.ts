import type { Distribution } from '../contract/distribution.js';
import type { Draft } from '../contract/draft.js';
import type { DraftContext } from '../contract/draft-context.js';
import { drawToken, probabilityOf } from '../sampling/draw.js';
import { chainDraft } from './chain-draft.js';

/**
 * Draws a chain token by token, until `length` tokens are drawn, no law is left, or the stop callback ends it; the token
 * that it stopped at is kept.
 *
 * @param lawAfter the distribution of the next token after `history`, the committed tokens and those drawn so far; it
 *   stays valid until the chain is used. `node` is the number of tokens drawn so far.
 * @param softLawAfter in greedy decoding, the model's law at temperature 1 for the position that `lawAfter` was last
 *   asked about; called only where the stop callback wants it.
 */
export async function drawChain(
  drafter: string,
  context: DraftContext,
  length: number,
  lawAfter: (history: readonly number[], node: number) => Promise<Distribution | undefined>,
  softLawAfter?: (history: readonly number[]) => Distribution | undefined,
): Promise<Draft> {
  const history = [...context.tokens];
  const tokens: number[] = [];
  const distributions: Distribution[] = [];
  for (let node = 0; node < length; node++) {
    const distribution = await lawAfter(history, node);
    if (distribution === undefined) break;
    const token = drawToken(distribution, context.random.uniform('draft', 0, node, 0));
    tokens.push(token);
    distributions.push(distribution);
    const probability = probabilityOf(distribution, token);
    const modelLaw = (): Distribution =>
      (context.transform.greedy ? softLawAfter?.(history) : undefined) ?? distribution;
    if (context.shouldStop?.({ token, probability, depth: node, modelLaw }) === true) break;
    history.push(token);
  }
  return chainDraft(drafter, tokens, distributions);
}
