import type { TokenOrder, TokenPlace } from './token-place.js';

/** A prefix with some drawn tokens after it, and the draws that passed here. */
export class ContinuationNode {
  /** Tokens, the prefix included. */
  readonly history: readonly number[];
  visits = 0;
  readonly children: Map<number, ContinuationNode> = new Map();
  /** Places of the tokens that were drawn here so far. */
  readonly places: Map<number, Readonly<Record<TokenOrder, TokenPlace>>> = new Map();

  constructor(history: readonly number[]) {
    this.history = history;
  }

  child(token: number): ContinuationNode {
    let child = this.children.get(token);
    if (child === undefined) {
      child = new ContinuationNode([...this.history, token]);
      this.children.set(token, child);
    }
    return child;
  }
}
