import { type VerifiedChain, verifiedCount } from './acceptance-predictor.js';

/** The last verified tokens of all drafts, one bit each: accepted is 1, the latest is the lowest bit. */
export class OutcomeHistory {
  readonly #mask: number;
  #bits: number;

  /** @param length bits, 1 to 30. Before any token is seen, all count as accepted. */
  constructor(length: number) {
    this.#mask = 2 ** length - 1;
    this.#bits = this.#mask;
  }

  /** The history that the token at `position` of the next draft has, those before it accepted. */
  before(position: number): number {
    let bits = this.#bits;
    for (let accepted = 0; accepted < position; accepted++) bits = after(bits, true) & this.#mask;
    return bits;
  }

  /** Goes through the verified tokens of a chain in order, and keeps them. */
  follow(chain: VerifiedChain, learn: (token: VerifiedToken) => void): void {
    const count = verifiedCount(chain);
    for (let position = 0; position < count; position++) {
      const accepted = position < chain.acceptedCount;
      learn({ position, accepted, history: this.#bits, confidence: chain.confidences[position] });
      this.#bits = after(this.#bits, accepted) & this.#mask;
    }
  }
}

/** A drafted token that was verified, with what was known before. */
export interface VerifiedToken {
  readonly position: number;
  readonly accepted: boolean;
  readonly history: number;
  readonly confidence: number | undefined;
}

function after(bits: number, accepted: boolean): number {
  return (bits << 1) | (accepted ? 1 : 0);
}
