import type { Distribution } from '../../contract/distribution.js';
import type { DraftTree } from './draft-tree.js';

/** What trees are grown with: a draft model, or a head. */
export interface TreeStepper {
  /** Most nodes of one level that it takes, at least 1. */
  readonly maximumWidth: number;
  /** Most nodes that it takes in all levels of a tree together. */
  readonly maximumNodes: number;
  /**
   * The draft distributions of the token after each of the nodes, in their order. The nodes are ascending, and none
   * descends from another: first [-1], the root, then children of nodes that were asked for before. The distributions
   * stay valid until the next tree is begun.
   */
  step(tree: DraftTree, nodes: readonly number[]): Promise<readonly Distribution[]>;
}
