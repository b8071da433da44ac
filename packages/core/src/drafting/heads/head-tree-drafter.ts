import type { Draft } from '../../contract/draft.js';
import type { DraftContext } from '../../contract/draft-context.js';
import type { DraftOutcome } from '../../contract/draft-outcome.js';
import type { DraftBudget } from '../../contract/drafter.js';
import type { HeadModel } from '../../contract/head-model.js';
import { emptyDraft } from '../../decoding/empty-draft.js';
import { drawToken } from '../../sampling/draw.js';
import { createTreeGrowth, type DraftTreeKind, type TreeGrowth } from '../tree/tree-growth.js';
import { HeadDrafter } from './head-drafter.js';
import { HeadStepper } from './head-stepper.js';

/** Drafts trees with a head that attends, from the target's hidden state of the last token that the target has read. */
export class HeadTreeDrafter extends HeadDrafter {
  readonly #growth: TreeGrowth;
  readonly #stepper: HeadStepper;
  /** Whether the last proposal is a tree of the growth's. */
  #grown = false;

  constructor(name: string, head: HeadModel, tree: DraftTreeKind) {
    super(name, head);
    this.#growth = createTreeGrowth(tree);
    this.#stepper = new HeadStepper(head, this.context);
  }

  override async propose(context: DraftContext, budget: DraftBudget): Promise<Draft> {
    this.assertOpen();
    const { tokens, random, signal, transform, shouldStop } = context;
    signal?.throwIfAborted();
    this.#grown = false;
    // Otherwise the target has not read anything for this drafter yet.
    if (!this.context.canBegin(tokens, context.targetHiddenRows ?? [])) return emptyDraft;
    const stepper = this.#stepper;
    try {
      const tree = await this.#growth.grow({
        begin: (own) => stepper.begin({ tokens, transform: own, signal }),
        transform,
        limits: {
          maximumTokens: budget.maximumTokens,
          maximumLeaves: budget.maximumLeaves,
          // The last known hidden state is that of the last committed token but one.
          maximumDepth: Math.max(0, this.head.contextLength - tokens.length + 2),
          maximumExpanded: stepper.maximumWidth,
          maximumInner: stepper.maximumNodes,
        },
        independentSiblings: budget.independentSiblings === true,
        draw: (distribution, node) => drawToken(distribution, random.uniform('draft', 0, node, 0)),
        shouldStop,
      });
      this.#grown = true;
      return tree.toDraft(this.name);
    } finally {
      this.context.dropSteps();
    }
  }

  override observe({ acceptedPath }: DraftOutcome): void {
    if (this.#grown) this.#growth.observe(acceptedPath);
  }
}
