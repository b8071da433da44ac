import type { Distribution } from '../contract/distribution.js';

/**
 * A row being turned into a distribution: the tokens still in it, ascending, with their probabilities.
 * While `dense`, the tokens are all ids and the array is indexed by id. Reused from round to round.
 */
export class Support {
  readonly tokens: Int32Array;
  readonly probabilities: Float64Array;
  count = 0;
  dense = true;

  /** @param capacity most tokens that the row can hold. */
  constructor(capacity: number) {
    this.tokens = new Int32Array(capacity);
    this.probabilities = new Float64Array(capacity);
  }

  tokenAt(index: number): number {
    return this.dense ? index : (this.tokens[index] as number);
  }

  /** Keeps the entries for which `keeps` holds, and renormalises; the row is sparse from then on. */
  keep(keeps: (index: number) => boolean): void {
    const { tokens, probabilities } = this;
    let kept = 0;
    let mass = 0;
    for (let index = 0; index < this.count; index++) {
      if (!keeps(index)) continue;
      const probability = probabilities[index] as number;
      tokens[kept] = this.tokenAt(index);
      probabilities[kept] = probability;
      mass += probability;
      kept += 1;
    }
    this.count = kept;
    this.dense = false;
    this.scale(1 / mass);
  }

  scale(factor: number): void {
    const { probabilities, count } = this;
    for (let index = 0; index < count; index++)
      probabilities[index] = (probabilities[index] as number) * factor;
  }

  /** A view, valid until the row is reused. */
  distribution(): Distribution {
    return {
      tokens: this.dense ? undefined : this.tokens.subarray(0, this.count),
      probabilities: this.probabilities.subarray(0, this.count),
    };
  }
}
