/** A text to copy from, token ids, with the places of every token. O(length) to make, once. */
export class CopySource {
  readonly tokens: Int32Array;
  readonly #places = new Map<number, number[]>();

  constructor(tokens: ArrayLike<number>) {
    this.tokens = Int32Array.from(tokens);
    for (const [place, token] of this.tokens.entries()) {
      const places = this.#places.get(token);
      if (places === undefined) this.#places.set(token, [place]);
      else places.push(place);
    }
  }

  get length(): number {
    return this.tokens.length;
  }

  /** Where the token stands, ascending. */
  places(token: number): readonly number[] {
    return this.#places.get(token) ?? [];
  }

  /** True where `run` stands at `place`. */
  holds(run: readonly number[], place: number): boolean {
    return run.every((token, offset) => this.tokens[place + offset] === token);
  }

  /** What it costs to meet the token where it is not copied, in nats: rare tokens are surprising. */
  surprise(token: number): number {
    return -Math.log((this.places(token).length + 0.5) / (this.length + 1));
  }
}
