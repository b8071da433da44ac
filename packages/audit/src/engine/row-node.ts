/** A history of tokens, as a node of a tree of them, with the model's row after it where that is known. */
export class RowNode {
  readonly parent: RowNode | undefined;
  readonly token: number;
  readonly length: number;
  logits: Float32Array | undefined;
  hiddenState: Float32Array | undefined;
  readonly #children = new Map<number, RowNode>();

  constructor(parent?: RowNode, token = -1) {
    this.parent = parent;
    this.token = token;
    this.length = parent === undefined ? 0 : parent.length + 1;
  }

  child(token: number): RowNode {
    let child = this.#children.get(token);
    if (child === undefined) {
      child = new RowNode(this, token);
      this.#children.set(token, child);
    }
    return child;
  }

  known(hiddenStates: boolean): boolean {
    return this.logits !== undefined && (!hiddenStates || this.hiddenState !== undefined);
  }

  /** Its tokens, from the beginning. */
  tokens(): number[] {
    if (this.parent === undefined) return [];
    const tokens = this.parent.tokens();
    tokens.push(this.token);
    return tokens;
  }
}
