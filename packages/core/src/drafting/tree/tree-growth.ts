import type { DraftedToken } from '../../contract/draft-context.js';
import { isChain } from '../../decoding/draft-shape.js';
import { InvalidArgumentError } from '../../errors/invalid-argument-error.js';
import type { LogitsTransform } from '../../sampling/logits-transform.js';
import type { TreeLimits } from '../../scheduling/tree-shape.js';
import { createStaticShape, type TreeShapeChooser } from '../../scheduling/tree-shape-chooser.js';
import { OwnTransform, softenedTransform } from '../own-transform.js';
import {
  deterministicChildren,
  type DrawToken,
  withoutReplacement,
  withReplacement,
} from './choose-children.js';
import type { DraftTree } from './draft-tree.js';
import { type ConfidenceGrowth, growConfidentTree } from './grow-confident-tree.js';
import { growSampledTree } from './grow-sampled-tree.js';
import { growShapedTree } from './grow-shaped-tree.js';
import type { TreeStepper } from './tree-stepper.js';
import { usualAcceptance } from './usual-acceptance.js';

/** What trees are drafted. Whatever it is, a draft keeps the budget of its round. */
export type DraftTreeKind = StaticTree | DynamicTree | SampledTree | ChosenTree;

/** The same tree in every round, its tokens sampled (SpecInfer, 2305.09781); in greedy decoding the most probable ones. */
export interface StaticTree {
  readonly kind: 'static';
  /** Children of every node by level: [2, 2, 1] has 2 + 4 + 4 nodes. */
  readonly widths: readonly number[];
}

/** A tree of the draft's most probable paths, without sampling (EAGLE-2, 2406.16858). */
export interface DynamicTree {
  readonly kind: 'dynamic';
  /** Most nodes, at least 1. */
  readonly nodes: number;
  /** Levels, at least 1; default 6. */
  readonly depth?: number | undefined;
  /** Children tried under a node, and nodes of a level that get children, at least 1; default 4. */
  readonly branching?: number | undefined;
}

/**
 * A tree that is deep where the draft is sure and wide where it is not, its tokens sampled; in greedy decoding the most
 * probable ones. For temperatures above 0, with the rule `traversal`.
 */
export interface SampledTree {
  readonly kind: 'sampled';
  /** Most nodes, at least 1. */
  readonly nodes: number;
}

/** A tree whose shape is chosen before every round, its tokens sampled as those of a static one. */
export interface ChosenTree {
  readonly kind: 'chosen';
  /** Belongs to one generation at a time, where it learns. */
  readonly chooser: TreeShapeChooser;
}

const defaultDepth = 6;
const defaultBranching = 4;

/** What a round's tree grows from. */
interface TreeRequest {
  /** Begins a tree whose distributions come from this transformation of the draft's logits. */
  readonly begin: (transform: LogitsTransform) => TreeStepper;
  /** The request's transformation; what is begun with has buffers of its own. */
  readonly transform: LogitsTransform;
  readonly limits: TreeLimits;
  /** As of the draft's budget: siblings must be independent draws from one distribution. */
  readonly independentSiblings: boolean;
  readonly draw: DrawToken;
  readonly shouldStop: ((drafted: DraftedToken) => boolean) | undefined;
}

/** Grows the trees of one drafter, round by round. */
export interface TreeGrowth {
  grow(request: TreeRequest): Promise<DraftTree>;
  /** What became of the last tree. */
  observe(acceptedPath: readonly number[]): void;
}

/** @throws InvalidArgumentError for numbers out of their ranges. */
export function createTreeGrowth(tree: DraftTreeKind): TreeGrowth {
  switch (tree.kind) {
    case 'static':
      return new ShapedGrowth(createStaticShape(tree.widths));
    case 'chosen':
      return new ShapedGrowth(tree.chooser);
    case 'dynamic':
      return confidentGrowth(tree);
    case 'sampled':
      return sampledGrowth(tree);
  }
}

/** Children differ where the rule lets them: then no guess is wasted on what was refused. */
class ShapedGrowth implements TreeGrowth {
  readonly #chooser: TreeShapeChooser;
  readonly #cloned = new OwnTransform();
  readonly #softened = softenedTransform();
  /** Distributions of later siblings, by node. */
  readonly #buffers: Float64Array[] = [];
  #last: DraftTree | undefined;

  constructor(chooser: TreeShapeChooser) {
    this.#chooser = chooser;
  }

  async grow(request: TreeRequest): Promise<DraftTree> {
    const { begin, transform, independentSiblings, draw, shouldStop } = request;
    this.#last = undefined;
    // A greedy distribution has one token: siblings are then certain guesses, none of them drawn.
    const certainOnly = independentSiblings && transform.greedy;
    const shape = this.#chooser.next(certainOnly ? withoutBranches(request.limits) : request.limits);
    // The callback is told how sure the draft is, which a greedy distribution does not say.
    const ranked = transform.greedy && (!isChain(shape) || shouldStop !== undefined);
    const stepper = begin((ranked ? this.#softened : this.#cloned).of(transform));
    const drawn = independentSiblings ? withReplacement(draw) : withoutReplacement(draw, this.#buffers);
    this.#last = await growShapedTree(stepper, shape, ranked ? deterministicChildren : drawn, shouldStop);
    return this.#last;
  }

  observe(acceptedPath: readonly number[]): void {
    if (this.#last !== undefined) this.#chooser.observe({ parents: this.#last.parents, acceptedPath });
  }
}

function confidentGrowth({
  nodes,
  depth = defaultDepth,
  branching = defaultBranching,
}: DynamicTree): TreeGrowth {
  assertWholeNumbers('dynamic', { nodes, depth, branching });
  const soft = softenedTransform();
  const growth: ConfidenceGrowth = { depth, branching };
  return {
    grow({ begin, transform, limits, independentSiblings, shouldStop }) {
      const room = { ...limits, maximumTokens: Math.min(nodes, limits.maximumTokens) };
      const stepper = begin(soft.of(transform));
      return growConfidentTree(
        stepper,
        independentSiblings ? withoutBranches(room) : room,
        growth,
        shouldStop,
      );
    },
    observe() {},
  };
}

function sampledGrowth({ nodes }: SampledTree): TreeGrowth {
  assertWholeNumbers('sampled', { nodes });
  const cloned = new OwnTransform();
  const soft = softenedTransform();
  const buffers: Float64Array[] = [];
  return {
    grow({ begin, transform, limits, independentSiblings, draw, shouldStop }) {
      const { greedy } = transform;
      const room = { ...limits, maximumTokens: Math.min(nodes, limits.maximumTokens) };
      return growSampledTree(
        begin((greedy ? soft : cloned).of(transform)),
        // A rule for independent siblings must know their number before the first is drawn.
        independentSiblings ? withoutBranches(room) : room,
        usualAcceptance,
        greedy ? undefined : draw,
        buffers,
        shouldStop,
      );
    },
    observe() {},
  };
}

/** @throws InvalidArgumentError for a number that is not whole, or less than 1. */
function assertWholeNumbers(kind: string, numbers: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(numbers)) {
    if (!Number.isInteger(value) || value < 1) {
      throw new InvalidArgumentError(
        `The ${name} of a ${kind} tree must be a whole number of at least 1, not ${value}.`,
      );
    }
  }
}

function withoutBranches(limits: TreeLimits): TreeLimits {
  return { ...limits, maximumLeaves: 1 };
}
