import type { LawResult } from '../law/law-result.js';
import { LawWatch } from '../law/law-watch.js';
import { type TokenOrder, tokenOrders } from './token-place.js';

/** Into how many equal parts each token's place is cut, by the number of tokens looked at together. */
export type CubeParts = readonly (readonly number[])[];

/** The law of the places of the first tokens in one order of tokens. */
export interface PlaceLaw extends LawResult {
  readonly order: TokenOrder;
  /** Parts of every token's place: cells are their products. */
  readonly parts: readonly number[];
  /**
   * Mean place of the last of these tokens, in standard errors from the middle. In the order `ratio` a negative one
   * says that tokens which the draft favours come out too often.
   */
  readonly lean: number;
}

export interface PlaceWatchOptions {
  readonly parts: CubeParts;
  readonly planned: number;
  readonly confidence: number;
}

/**
 * Under the target's law the places of successive tokens are independent and uniform, whatever the prefixes
 * (Rosenblatt 1952; Brockwell 2007 for discrete laws). The cube of the first one, two and three places is cut into cells
 * of equal probability: those are the declared partitions.
 */
export class PlaceWatch {
  readonly #watches: readonly {
    readonly order: TokenOrder;
    readonly parts: readonly number[];
    readonly law: LawWatch;
    leanSum: number;
    leanCount: number;
  }[];

  constructor({ parts: cubes, planned, confidence }: PlaceWatchOptions) {
    this.#watches = tokenOrders.flatMap((order) =>
      cubes.map((parts) => {
        const cells = parts.reduce((product, part) => product * part, 1);
        const position = parts.length;
        const law = new LawWatch({
          name: `${position === 1 ? 'first token' : `first ${position} tokens`} by ${order}`,
          position,
          probabilities: new Float64Array(cells).fill(1 / cells),
          describe: (cell) => describeCell(cell, parts),
          planned,
          confidence,
        });
        return { order, parts, law, leanSum: 0, leanCount: 0 };
      }),
    );
  }

  /**
   * @param places of the drawn tokens in each order, [tokens], each in [0, 1); undefined from the first token on that
   *   the target cannot draw.
   */
  observe(places: Readonly<Record<TokenOrder, readonly (number | undefined)[]>>): void {
    for (const watch of this.#watches) {
      const own = places[watch.order];
      let cell = 0;
      let possible = true;
      for (const [index, part] of watch.parts.entries()) {
        const place = own[index];
        if (place === undefined) possible = false;
        else cell = cell * part + Math.floor(place * part);
      }
      if (!possible) {
        watch.law.observeImpossible();
        continue;
      }
      watch.law.observe(cell);
      watch.leanSum += (own[watch.parts.length - 1] as number) - 0.5;
      watch.leanCount += 1;
    }
  }

  results(): PlaceLaw[] {
    return this.#watches.map(({ order, parts, law, leanSum, leanCount }) => ({
      ...law.result(),
      order,
      parts,
      // A uniform number has variance 1 / 12.
      lean: leanCount === 0 ? 0 : leanSum / Math.sqrt(leanCount / 12),
    }));
  }
}

function describeCell(cell: number, parts: readonly number[]): string {
  const ranges: string[] = [];
  let rest = cell;
  for (const part of parts.toReversed()) {
    const index = rest % part;
    rest = Math.floor(rest / part);
    ranges.unshift(`${(index / part).toFixed(2)} to ${((index + 1) / part).toFixed(2)}`);
  }
  return `places ${ranges.join(', ')}`;
}
