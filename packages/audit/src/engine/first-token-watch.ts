import type { LawResult } from '../law/law-result.js';
import { LawWatch } from '../law/law-watch.js';
import type { LawReader } from './law-reader.js';
import type { Prefix } from './choose-prefixes.js';

/** The law of the first token by prefix, with the mass of the tokens that share a cell. */
export interface FirstTokenLaw extends LawResult {
  /** Probability, over all prefixes, of the tokens that were pooled for want of draws. */
  readonly pooledMass: number;
}

/** A token alone in its cell expects as many draws. */
const minimumExpected = 10;

/**
 * Watches the first token over the whole vocabulary, for every prefix: a cell for each token that can be expected ten
 * times, and one for the prefix's other tokens. The cells are fixed before anything is drawn.
 */
export class FirstTokenWatch {
  readonly #cells: readonly ReadonlyMap<number, number>[];
  readonly #rest: readonly number[];
  readonly #pooledMass: number;
  readonly #law: LawWatch;

  private constructor(
    cells: readonly ReadonlyMap<number, number>[],
    rest: readonly number[],
    pooledMass: number,
    law: LawWatch,
  ) {
    this.#cells = cells;
    this.#rest = rest;
    this.#pooledMass = pooledMass;
    this.#law = law;
  }

  static async create(
    prefixes: readonly Prefix[],
    law: LawReader,
    options: { readonly planned: number; readonly confidence: number },
  ): Promise<FirstTokenWatch> {
    const probabilities: number[] = [];
    const labels: string[] = [];
    const cells: Map<number, number>[] = [];
    const rest: number[] = [];
    let pooledMass = 0;
    const add = (probability: number, label: string): number => {
      probabilities.push(probability);
      labels.push(label);
      return probabilities.length - 1;
    };
    for (const [index, { tokens: history }] of prefixes.entries()) {
      const { tokens, probabilities: row } = await law.target(history);
      const own = new Map<number, number>();
      let pooled = 0;
      for (const [at, probability] of row.entries()) {
        const share = probability / prefixes.length;
        const token = tokens === undefined ? at : (tokens[at] as number);
        if (share * options.planned >= minimumExpected) {
          own.set(token, add(share, `prefix ${index + 1}, token ${token}`));
        } else pooled += share;
      }
      cells.push(own);
      rest.push(add(pooled, `prefix ${index + 1}, other tokens`));
      pooledMass += pooled;
    }
    // Rounding of the sums only.
    const total = probabilities.reduce((sum, probability) => sum + probability, 0);
    const watch = new LawWatch({
      name: 'first token by prefix',
      position: 1,
      probabilities: probabilities.map((probability) => probability / total),
      describe: (cell) => labels[cell] as string,
      planned: options.planned,
      confidence: options.confidence,
    });
    return new FirstTokenWatch(cells, rest, pooledMass, watch);
  }

  observe(prefix: number, token: number): void {
    const cell = this.#cells[prefix]?.get(token) ?? (this.#rest[prefix] as number);
    this.#law.observe(cell);
  }

  result(): FirstTokenLaw {
    return { ...this.#law.result(), pooledMass: this.#pooledMass };
  }
}
