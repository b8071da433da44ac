import { type Distribution, type Drafter, drawToken, probabilityOf } from '@foretoken/core';
import type { DraftContext } from '@foretoken/core';

/** How a faulty drafter differs from a sound one whose distribution at a node is `soft`. */
export interface DraftFaults {
  /** What the token is drawn from; default `soft`. */
  readonly drawn?: (soft: Distribution) => Distribution;
  /** What is reported for it; default what it was drawn from. */
  readonly reported?: (soft: Distribution, token: number, drawn: Distribution) => Distribution;
  /** True throws the drawn token away and ends the draft. */
  readonly drops?: (probability: number) => boolean;
}

/** A drafter with the faults: every node's token is drawn anew from what the sound drafter reports there. */
export function withDraftFaults(sound: Drafter, faults: DraftFaults): Drafter {
  return {
    name: sound.name,
    async propose(context, budget) {
      const tokens: number[] = [];
      const distributions: Distribution[] = [];
      for (let node = 0; node < budget.maximumTokens; node++) {
        const soft = await softDistribution(sound, context, tokens);
        if (soft === undefined) break;
        const drawn = faults.drawn?.(soft) ?? soft;
        const token = drawToken(drawn, context.random.uniform('draft', 0, node, 0));
        if (faults.drops?.(probabilityOf(drawn, token)) === true) break;
        tokens.push(token);
        distributions.push(faults.reported?.(soft, token, drawn) ?? drawn);
      }
      return {
        tokens,
        distributions,
        parents: tokens.map((_, node) => node - 1),
        drafters: tokens.map(() => sound.name),
      };
    },
    observe: (outcome) => sound.observe(outcome),
    close: () => sound.close(),
  };
}

/** What the drafter would draw the next token from; a copy. */
async function softDistribution(
  sound: Drafter,
  context: DraftContext,
  drafted: readonly number[],
): Promise<Distribution | undefined> {
  const { distributions } = await sound.propose(
    { ...context, tokens: [...context.tokens, ...drafted], shouldStop: undefined },
    { maximumTokens: 1, maximumLeaves: 1 },
  );
  const [first] = distributions;
  return first && { tokens: first.tokens?.slice(), probabilities: first.probabilities.slice() };
}
