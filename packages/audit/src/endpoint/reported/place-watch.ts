import type { LawResult } from '../../law/law-result.js';
import { LawWatch } from '../../law/law-watch.js';

/** Cells of the joint law of the first tokens, at most; each has an equal probability. */
const mostCells = 27;

/**
 * Watches the joint law of the first tokens, over all prompts: under the reported laws the places of successive tokens
 * are independent and uniform (Rosenblatt 1952), so the cube of all places is cut into cells of equal probability.
 */
export class PlaceWatch {
  readonly #position: number;
  readonly #parts: number;
  readonly #watch: LawWatch;

  /** @param position how many tokens are looked at together, 1 to 4. */
  constructor(position: number, options: { readonly planned: number; readonly confidence: number }) {
    this.#position = position;
    this.#parts = partsOfEach(position);
    const cells = this.#parts ** position;
    this.#watch = new LawWatch({
      name: `places of the first ${position === 1 ? 'token' : `${position} tokens`}`,
      position,
      probabilities: new Float64Array(cells).fill(1 / cells),
      describe: (cell) => this.#describe(cell),
      planned: options.planned,
      confidence: options.confidence,
    });
  }

  /** @param places of the draw's tokens in order, see tokenPlace; at least as many as are looked at. */
  observe(places: readonly (number | undefined)[]): void {
    let cell = 0;
    for (const place of places.slice(0, this.#position)) {
      if (place === undefined) {
        this.#watch.observeImpossible();
        return;
      }
      cell = cell * this.#parts + Math.floor(place * this.#parts);
    }
    this.#watch.observe(cell);
  }

  result(): LawResult {
    return this.#watch.result();
  }

  #describe(cell: number): string {
    const ranges = Array.from({ length: this.#position }, (_, index) => {
      const part = Math.floor(cell / this.#parts ** (this.#position - 1 - index)) % this.#parts;
      return `${(part / this.#parts).toFixed(2)} to ${((part + 1) / this.#parts).toFixed(2)}`;
    });
    return `places ${ranges.join(', ')} by falling probability`;
  }
}

/** Into how many equal parts each token's place is cut. */
function partsOfEach(position: number): number {
  return Math.max(2, Math.floor(mostCells ** (1 / position) + 1e-9));
}
