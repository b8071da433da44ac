import type { Distribution } from '../../contract/distribution.js';
import type { ForwardResult } from '../../contract/forward.js';
import type { HeadModel } from '../../contract/head-model.js';
import type { LogitsTransform } from '../../sampling/logits-transform.js';
import { commonLength } from '../common-length.js';
import type { DraftTree } from '../tree/draft-tree.js';
import type { TreeStepper } from '../tree/tree-stepper.js';
import type { HeadContext } from './head-context.js';

/** What one tree needs besides its nodes. */
export interface HeadStepperRound {
  /** Every committed token, of which the context can begin. */
  readonly tokens: readonly number[];
  readonly transform: LogitsTransform;
  readonly signal: AbortSignal | undefined;
}

/**
 * Grows trees with a head, one pass a step, each node from its parent's feature. Nodes that are read alone become a part
 * of the head's sequence, until a step turns to another branch; of a tree nothing is kept, so the inner nodes above a
 * level are read again.
 */
export class HeadStepper implements TreeStepper {
  readonly maximumWidth: number;
  readonly maximumNodes: number;
  readonly #context: HeadContext;
  /** Of the step after every node that was read; -1 is the root. */
  readonly #features = new Map<number, Float32Array>();
  /** Nodes in the head's sequence, from the root down. */
  #trunk: readonly number[] = [];
  #round: HeadStepperRound | undefined;
  /** Row buffers of the transformation in use, one for every node of the tree that was asked for. */
  #slots = 0;

  constructor(head: HeadModel, context: HeadContext) {
    this.#context = context;
    this.maximumWidth = head.maximumPassEntries;
    this.maximumNodes = head.maximumPassEntries;
  }

  /** Begins a tree; the distributions of the one before are no longer valid. */
  begin(round: HeadStepperRound): this {
    this.#round = round;
    this.#features.clear();
    this.#trunk = [];
    this.#slots = 0;
    return this;
  }

  async step(tree: DraftTree, nodes: readonly number[]): Promise<readonly Distribution[]> {
    const { tokens, signal } = this.#round as HeadStepperRound;
    const [first] = nodes as [number];
    if (first < 0) {
      const root = (await this.#context.begin(tokens, [], signal)) as ForwardResult;
      this.#features.set(-1, this.#context.feature);
      return [this.#transform(root, 0, [], tree)];
    }
    const paths = nodes.map((node) => tree.path(node));
    this.#keepTrunk(Math.min(...paths.map((path) => commonLength(this.#trunk, path))));
    const read = [...new Set(paths.flatMap((path) => path.slice(this.#trunk.length)))].toSorted(
      (left, right) => left - right,
    );
    const chain = paths.length === 1;
    const result = await this.#context.steps(
      {
        tokens: read.map((node) => tree.tokens[node] as number),
        features: read.map((node) => this.#features.get(tree.parents[node] as number) as Float32Array),
        // The root's is that of the last committed token but one.
        positions: read.map((node) => tokens.length - 2 + tree.path(node).length),
        parents: chain ? undefined : read.map((node) => read.indexOf(tree.parents[node] as number)),
      },
      signal,
    );
    for (const [index, row] of (result.hiddenStates ?? []).entries())
      this.#features.set(read[index] as number, row.slice());
    if (chain) this.#trunk = paths[0] as number[];
    return paths.map((path) => this.#transform(result, read.indexOf(path.at(-1) as number), path, tree));
  }

  /** Drops what lies on another branch: the trunk keeps its first nodes. */
  #keepTrunk(count: number): void {
    if (count === this.#trunk.length) return;
    this.#trunk = this.#trunk.slice(0, count);
    this.#context.keepSteps(count);
  }

  /** A row's distribution, with its own history. */
  #transform(result: ForwardResult, row: number, path: readonly number[], tree: DraftTree): Distribution {
    const { tokens, transform } = this.#round as HeadStepperRound;
    const history = [...tokens, ...path.map((node) => tree.tokens[node] as number)];
    const distribution = transform.apply(result.logits.read(row), history, this.#slots);
    this.#slots += 1;
    return distribution;
  }
}
