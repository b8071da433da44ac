import type { Distribution } from './distribution.js';

/**
 * An ordered tree of proposed tokens; a chain is a tree without branches.
 *
 * Nodes are listed so that a parent comes before its children, and siblings stand in the order in
 * which a rule verifies them. Duplicate siblings are allowed.
 */
export interface Draft {
  /** Token id of every node, shape [nodes]. */
  readonly tokens: readonly number[];
  /** Index of every node's parent, shape [nodes]; -1 is the root, the last committed token. */
  readonly parents: readonly number[];
  /**
   * The distribution that every node's token was drawn from, *given everything the verifier
   * conditions on* (earlier siblings included), shape [nodes]. Valid until the next `propose`.
   */
  readonly distributions: readonly Distribution[];
  /** Name of the drafter every node came from, shape [nodes]. */
  readonly drafters: readonly string[];
}
