/**
 * So many plain rounds at first, then a share of the time and one of what drafting saves; no more than `most` is laid by, or
 * what was saved on texts that copy would be lost on many that do not.
 */
const atFirst = 16;
const perTime = 0.0025;
const perSaved = 0.2;
const most = 32;
/** A round counts at most as so many plain ones a token: a clock that jumped would allow tries without end. */
const longestRound = 10;

/** What a round was for. */
export type RoundMode = 'plain' | 'draft' | 'try';

interface CountedRound {
  readonly mode: RoundMode;
  /** Milliseconds of the round. */
  readonly milliseconds: number;
  /** Tokens, at least 1. */
  readonly committedCount: number;
  /** Milliseconds of what a draft model had to read first, as expected; 0 where it read nothing. */
  readonly reading: number;
}

/** What tries of drafting may lose together. Times are in milliseconds, the allowance in plain rounds. */
export class LossAllowance {
  #rounds = atFirst;

  /** Plain rounds; below 0 where more was lost than tries may. */
  get rounds(): number {
    return this.#rounds;
  }

  /** @param plain milliseconds of a plain round. */
  countRound({ mode, milliseconds, committedCount, reading }: CountedRound, plain: number): void {
    if (!isDuration(milliseconds)) return;
    const instead = plain * committedCount;
    const counted = Math.min(milliseconds, longestRound * instead + 2 * reading);
    this.#count(mode, counted, instead - counted, plain);
  }

  /**
   * A round in which nothing was proposed: but for the asking it neither saves nor loses.
   *
   * @param milliseconds that asking took.
   */
  countAsking(mode: RoundMode, milliseconds: number, plain: number): void {
    if (!isDuration(milliseconds)) return;
    const counted = Math.min(milliseconds, longestRound * plain);
    this.#count(mode, plain + counted, -counted, plain);
  }

  #count(mode: RoundMode, milliseconds: number, saved: number, plain: number): void {
    // A clock too coarse for such rounds.
    if (!(plain > 0)) return;
    const kept = mode === 'draft' ? perSaved * saved : mode === 'try' ? saved : 0;
    this.#rounds = Math.min(this.#rounds + (perTime * milliseconds + kept) / plain, most);
  }
}

/** False for that of a clock that went back, or gave no number. */
function isDuration(milliseconds: number): boolean {
  return milliseconds >= 0;
}
