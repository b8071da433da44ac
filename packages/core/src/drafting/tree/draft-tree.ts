import type { Distribution } from '../../contract/distribution.js';
import type { Draft } from '../../contract/draft.js';
import { pathNodes } from '../../decoding/draft-shape.js';

/** A draft tree while it grows: level by level, parents before their children. */
export class DraftTree {
  readonly tokens: number[] = [];
  readonly parents: number[] = [];
  readonly distributions: Distribution[] = [];

  get size(): number {
    return this.tokens.length;
  }

  /** Adds a child of `parent` (-1 = the root) behind its siblings; its index. */
  add(parent: number, token: number, distribution: Distribution): number {
    this.tokens.push(token);
    this.parents.push(parent);
    this.distributions.push(distribution);
    return this.tokens.length - 1;
  }

  /** Nodes from the root down to `node`, both ends included; empty for -1. */
  path(node: number): number[] {
    return pathNodes(this, node);
  }

  toDraft(drafter: string): Draft {
    const { tokens, parents, distributions } = this;
    return { tokens, parents, distributions, drafters: tokens.map(() => drafter) };
  }
}
