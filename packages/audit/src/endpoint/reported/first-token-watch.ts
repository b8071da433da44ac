import type { LawResult } from '../../law/law-result.js';
import { LawWatch } from '../../law/law-watch.js';
import { type ReportedLaw, rankOf } from '../reported-law.js';

export interface FirstTokenLaw extends LawResult {
  /** Probability, over all prompts, of the tokens that share a cell with others. */
  readonly pooledMass: number;
}

/** A token alone in its cell expects as many draws. */
const minimumExpected = 10;
/** Cells of all prompts together; more of them would need more draws. */
const mostCells = 40;

/**
 * Watches the first token by prompt: a cell for each prompt's most probable tokens, and one for its others. Every draw
 * is for a prompt drawn at random, so that prompt and token have one joint law.
 */
export class FirstTokenWatch {
  readonly #laws: readonly ReportedLaw[];
  /** Tokens with a cell of their own, by prompt. */
  readonly #own: number[] = [];
  /** Number of each prompt's first cell. */
  readonly #start: number[] = [];
  readonly #pooledMass: number;
  readonly #watch: LawWatch;

  constructor(
    laws: readonly ReportedLaw[],
    options: { readonly planned: number; readonly confidence: number },
  ) {
    this.#laws = laws;
    const share = 1 / laws.length;
    const mostOwn = Math.max(1, Math.floor(mostCells / laws.length) - 1);
    const probabilities: number[] = [];
    const labels: string[] = [];
    let pooledMass = 0;
    for (const [prompt, { tokens }] of laws.entries()) {
      const expected = tokens.findIndex(
        ({ probability }) => probability * share * options.planned < minimumExpected,
      );
      const own = Math.min(mostOwn, expected < 0 ? tokens.length : expected);
      this.#start.push(probabilities.length);
      this.#own.push(own);
      let listed = 0;
      for (const { probability, text } of tokens.slice(0, own)) {
        listed += probability;
        probabilities.push(probability * share);
        labels.push(`prompt ${prompt + 1}, token ${JSON.stringify(text)}`);
      }
      const rest = Math.max(0, 1 - listed);
      probabilities.push(rest * share);
      labels.push(`prompt ${prompt + 1}, other tokens`);
      pooledMass += rest * share;
    }
    this.#pooledMass = pooledMass;
    const total = probabilities.reduce((sum, probability) => sum + probability, 0);
    this.#watch = new LawWatch({
      name: 'first token by prompt',
      position: 1,
      probabilities: probabilities.map((probability) => probability / total),
      describe: (cell) => labels[cell] as string,
      planned: options.planned,
      confidence: options.confidence,
    });
  }

  observe(prompt: number, key: string): void {
    const law = this.#laws[prompt] as ReportedLaw;
    const rank = rankOf(law, key);
    if (rank === law.tokens.length && law.unreported === 0) this.#watch.observeImpossible();
    else this.#watch.observe((this.#start[prompt] as number) + Math.min(rank, this.#own[prompt] as number));
  }

  result(): FirstTokenLaw {
    return { ...this.#watch.result(), pooledMass: this.#pooledMass };
  }
}
