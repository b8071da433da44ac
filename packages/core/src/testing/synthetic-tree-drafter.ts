import type { Distribution } from '../contract/distribution.js';
import type { Draft } from '../contract/draft.js';
import type { DraftContext } from '../contract/draft-context.js';
import type { DraftBudget, Drafter } from '../contract/drafter.js';
import { pathTokens } from '../decoding/draft-shape.js';
import { ClosedError } from '../errors/closed-error.js';
import { drawToken, probabilityOf } from '../sampling/draw.js';
import type { LogitsTransform } from '../sampling/logits-transform.js';
import { childrenOf } from '../verification/children-of.js';
import type { TableLaw } from './enumerate-joint-law.js';
import { type SiblingKind, siblingLaw } from './sibling-law.js';

export interface SyntheticTreeDrafterOptions {
  /** The draft's distribution after a history, before the request's transformation. */
  readonly law: TableLaw;
  readonly vocabularySize: number;
  /** Children of every node, by depth: [2, 1] is two children of the root with one child each. */
  readonly widths: readonly number[];
  /** Default: `independent` where the budget asks for independent siblings, else `without replacement`. */
  readonly siblings?: SiblingKind | undefined;
}

/**
 * Drafts trees from a known law, level by level, as far as the budget goes. The shape does not depend on the tokens,
 * but for nodes that no token is left for, and for those that the stop callback leaves without children.
 */
export function createSyntheticTreeDrafter(options: SyntheticTreeDrafterOptions): Drafter {
  const name = 'synthetic-tree';
  let transform: { readonly source: LogitsTransform; readonly own: LogitsTransform } | undefined;
  let closed = false;
  return {
    name,
    async propose(context: DraftContext, budget: DraftBudget): Promise<Draft> {
      if (closed) throw new ClosedError(`The drafter ${name} is closed.`);
      context.signal?.throwIfAborted();
      if (transform?.source !== context.transform) {
        transform = { source: context.transform, own: context.transform.clone() };
      }
      return growTree(name, options, context, budget, transform.own);
    },
    observe() {},
    async close() {
      closed = true;
    },
  };
}

function growTree(
  name: string,
  { law, vocabularySize, widths, siblings }: SyntheticTreeDrafterOptions,
  context: DraftContext,
  { maximumTokens, maximumLeaves, independentSiblings = false }: DraftBudget,
  transform: LogitsTransform,
): Draft {
  const kind = siblings ?? (independentSiblings ? 'independent' : 'without replacement');
  const mostLeaves = independentSiblings && kind !== 'independent' ? 1 : maximumLeaves;
  const draft = { tokens: [], parents: [], distributions: [], drafters: [] } as {
    [Field in keyof Draft]: Draft[Field][number][];
  };
  let leaves = 1;
  let level = [-1];
  for (const width of widths) {
    const below: number[] = [];
    for (const parent of level) {
      const history = [...context.tokens, ...pathTokens(draft, parent)];
      const soft = law(history);
      // Certain guesses may be ranked by anything: in greedy mode, too, there is more than one.
      const first =
        kind === 'likeliest' ? soft : transform.apply(logitsOf(soft, vocabularySize), history, parent + 1);
      for (let rank = 0; rank < width; rank++) {
        if (draft.tokens.length === maximumTokens || (rank > 0 && leaves === mostLeaves)) break;
        const earlier = childrenOf(draft, parent).map((child) => draft.tokens[child] as number);
        const distribution = siblingLaw(first, kind, earlier);
        if (distribution === undefined) break;
        const node = draft.tokens.length;
        const token = drawToken(distribution, context.random.uniform('draft', 0, node, 0));
        if (rank > 0) leaves += 1;
        draft.tokens.push(token);
        draft.parents.push(parent);
        draft.distributions.push(distribution);
        draft.drafters.push(name);
        const probability = probabilityOf(distribution, token);
        const depth = pathTokens(draft, node).length - 1;
        if (context.shouldStop?.({ token, probability, depth }) !== true) below.push(node);
      }
    }
    level = below;
  }
  return draft;
}

function logitsOf({ tokens, probabilities }: Distribution, vocabularySize: number): Float32Array {
  const logits = new Float32Array(vocabularySize).fill(Number.NEGATIVE_INFINITY);
  for (const [index, probability] of probabilities.entries()) {
    logits[tokens?.[index] ?? index] = Math.log(probability);
  }
  return logits;
}
