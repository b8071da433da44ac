import type { Draw, DrawnToken, SourcePrompt } from './draw-source.js';
import { type ReportedLaw, reportedDistance } from './reported-law.js';

/**
 * The reported laws of one prompt, by history: each is asked for once, or taken from the first draw that came with it.
 */
export class LawBook {
  readonly prompt: SourcePrompt;
  readonly #laws = new Map<string, Promise<ReportedLaw>>();
  #known = 0;
  #drift = 0;

  constructor(prompt: SourcePrompt) {
    this.prompt = prompt;
  }

  /** Distinct histories so far. */
  get known(): number {
    return this.#known;
  }

  /** The largest total variation distance of two reports for one history, over the tokens in both. */
  get drift(): number {
    return this.#drift;
  }

  /** The law after a history; concurrent callers share one request. */
  after(history: readonly DrawnToken[], signal: AbortSignal): Promise<ReportedLaw> {
    const key = historyKey(history);
    const known = this.#laws.get(key);
    if (known !== undefined) return known;
    if (!isExact(history)) return this.prompt.askLaw(history, signal);
    const asked = this.prompt.askLaw(history, signal);
    this.#set(key, asked);
    return asked;
  }

  /** The laws of every token of a draw, [tokens]. */
  async ofDraw({ tokens = [] }: Draw, signal: AbortSignal): Promise<readonly ReportedLaw[]> {
    const laws: ReportedLaw[] = [];
    for (const [index, { law }] of tokens.entries()) {
      const history = tokens.slice(0, index);
      if (law !== undefined && isExact(history)) await this.#compare(history, law);
      laws.push(law !== undefined && !isExact(history) ? law : await this.after(history, signal));
    }
    return laws;
  }

  /** Asks for the first token's law once more, to see whether what is reported stays the same. */
  async askAgain(signal: AbortSignal): Promise<void> {
    await this.#compare([], await this.prompt.askLaw([], signal));
  }

  async #compare(history: readonly DrawnToken[], law: ReportedLaw): Promise<void> {
    const key = historyKey(history);
    const known = this.#laws.get(key);
    if (known === undefined) this.#set(key, Promise.resolve(law));
    else this.#drift = Math.max(this.#drift, reportedDistance(await known, law));
  }

  #set(key: string, law: Promise<ReportedLaw>): void {
    this.#laws.set(key, law);
    this.#known += 1;
    // A failed request must not stay for the next one that asks.
    law.catch(() => {
      if (this.#laws.get(key) === law) this.#laws.delete(key);
    });
  }
}

/** One text for one history. */
export function historyKey(history: readonly DrawnToken[]): string {
  return JSON.stringify(history.map(({ key }) => key));
}

/** Whether it is known which tokens these are; histories that only look alike have no law in common. */
export function isExact(history: readonly DrawnToken[]): boolean {
  return history.every(({ key }) => key !== '');
}
