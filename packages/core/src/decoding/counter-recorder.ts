import type { RoundMeasurement } from '../scheduling/draft-length-controller.js';
import type { DecodeCounters } from './decode-counters.js';

/** Adds up one generation's rounds. */
export class CounterRecorder {
  readonly #promptCount: number;
  readonly #keptCount: number;
  readonly #clock: (() => number) | undefined;
  readonly #draftedByPosition: number[] = [];
  readonly #acceptedByPosition: number[] = [];
  #committedCount = 0;
  #roundCount = 0;
  #draftedCount = 0;
  #acceptedCount = 0;
  #characterCount = 0;
  #failedDrafter: string | undefined;
  #draftMilliseconds = 0;
  #passMilliseconds = 0;
  readonly #promptStart: number | undefined;
  #decodeStart: number | undefined;

  /** @param keptCount tokens of the prompt that need not be read. */
  constructor(promptCount: number, keptCount: number, clock: (() => number) | undefined) {
    this.#promptCount = promptCount;
    this.#keptCount = keptCount;
    this.#clock = clock;
    this.#promptStart = clock?.();
  }

  endPrompt(): void {
    this.#decodeStart = this.#clock?.();
  }

  /**
   * @param depth the draft's depth: its longest path.
   * @param committedCount tokens of the round that became output (fewer where a stop cut it short).
   */
  endRound(round: RoundMeasurement, depth: number, committedCount: number): void {
    this.#roundCount += 1;
    this.#draftedCount += round.draftedCount;
    this.#acceptedCount += round.acceptedCount;
    this.#committedCount += committedCount;
    this.#draftMilliseconds += round.draftMilliseconds ?? 0;
    this.#passMilliseconds += round.passMilliseconds ?? 0;
    for (let position = 0; position < depth; position++) {
      this.#draftedByPosition[position] = (this.#draftedByPosition[position] ?? 0) + 1;
      this.#acceptedByPosition[position] =
        (this.#acceptedByPosition[position] ?? 0) + (position < round.acceptedCount ? 1 : 0);
    }
  }

  /** Text that became output. */
  addText(text: string): void {
    for (const _ of text) this.#characterCount += 1;
  }

  /** @param name of the drafter that the loop goes on without. */
  drafterFailed(name: string): void {
    this.#failedDrafter = name;
  }

  counters(): DecodeCounters {
    const now = this.#clock?.();
    const decodeStart = this.#decodeStart ?? now;
    return {
      promptCount: this.#promptCount,
      keptCount: this.#keptCount,
      committedCount: this.#committedCount,
      roundCount: this.#roundCount,
      draftedCount: this.#draftedCount,
      acceptedCount: this.#acceptedCount,
      draftedByPosition: [...this.#draftedByPosition],
      acceptedByPosition: [...this.#acceptedByPosition],
      acceptanceRate: this.#acceptedCount / this.#draftedCount,
      blockEfficiency: this.#committedCount / this.#roundCount,
      characterCount: this.#characterCount,
      charactersPerPass: this.#characterCount / this.#roundCount,
      failedDrafter: this.#failedDrafter,
      promptMilliseconds: difference(decodeStart, this.#promptStart),
      draftMilliseconds: now === undefined ? undefined : this.#draftMilliseconds,
      passMilliseconds: now === undefined ? undefined : this.#passMilliseconds,
      decodeMilliseconds: difference(now, decodeStart),
    };
  }
}

function difference(end: number | undefined, start: number | undefined): number | undefined {
  return end === undefined || start === undefined ? undefined : end - start;
}
