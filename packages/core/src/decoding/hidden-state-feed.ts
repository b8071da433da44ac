import type { Drafter } from '../contract/drafter.js';
import type { LanguageModel } from '../contract/language-model.js';
import { UnsupportedError } from '../errors/unsupported-error.js';

/**
 * The target's hidden states on their way to the drafter: those of the last pass wait for the next proposal, and
 * where the drafter wants all of them, so do those of the passes before, up to the length of a pass.
 */
export class HiddenStateFeed {
  readonly #drafter: Drafter;
  readonly #portion: number;
  #rows: Float32Array[] = [];

  /** @throws UnsupportedError where the target has no hidden states. */
  constructor(drafter: Drafter, target: LanguageModel) {
    if (target.capabilities.hiddenStateWidth === undefined) {
      throw new UnsupportedError(
        `${drafter.name} drafts from hidden states, which ${target.name} does not give out. Choose another drafter.`,
      );
    }
    this.#drafter = drafter;
    this.#portion = target.capabilities.maximumPassTokens;
  }

  /** True where the drafter wants the states of every token. */
  get wantsAll(): boolean {
    return this.#drafter.readHiddenStates !== undefined;
  }

  /** Tokens of the prompt to read at once. */
  get portion(): number {
    return this.#portion;
  }

  /** What the next proposal is given; undefined where there is nothing. */
  get waiting(): readonly Float32Array[] | undefined {
    return this.#rows.length === 0 ? undefined : this.#rows;
  }

  /** The drafter has the rows that were waiting. */
  clear(): void {
    this.#rows = [];
  }

  /**
   * Takes the states of a pass, which end before the last committed token.
   *
   * @param rows copied by the caller: the pass owns its own.
   * @param end position after the last row's.
   */
  async add(
    rows: readonly Float32Array[],
    tokens: readonly number[],
    end: number,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    if (rows.length === 0) return;
    if (!this.wantsAll) {
      this.#rows = [...rows];
      return;
    }
    this.#rows.push(...rows);
    if (this.#rows.length < this.#portion) return;
    const states = { tokens, start: end - this.#rows.length, rows: this.#rows };
    await this.#drafter.readHiddenStates?.(states, signal);
    // A draft begins at the last one.
    this.#rows = this.#rows.slice(-1);
  }
}
