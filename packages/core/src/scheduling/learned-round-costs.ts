import type { CostCurve } from './cost-curve.js';
import { RunningQuantile } from './running-quantile.js';

/**
 * Longest draft of each bucket of lengths. Short ones are apart, since many drafts are stopped early, and the lower quartile of a
 * mixture is of the shortest; of long ones too few of each length are seen. Longer ones in steps of 16.
 */
const bucketEnds = [1, 2, 3, 5, 7, 11, 15, 31, 47, 63] as const;
/** Plain rounds before their cost is believed: the first of a process are slow. */
const fewestPlain = 3;
/** A cost beyond the longest draft seen is taken to rise by this share of the slope before it: so that it is tried. */
const optimism = 0.5;
/** Tokens that a draft model reads on the way, in the pass that drafts its first token. */
const readOnTheWay = 8;
/** Of a plain round, what a model as large as the target takes to read a token, before any was seen: 0.12 to 0.28 as measured. */
const usualRead = 1 / 4;
/** Disturbances only ever add time, on a busy machine to half of the rounds: the lower quartile is what rounds take. */
const ofTimes = 0.25;
const middle = 0.5;
const manyRounds = 33;
/** Weight of a new observation of what follows a draft. */
const pace = 0.1;

/** Rounds of similar draft lengths. */
interface Bucket {
  readonly milliseconds: RunningQuantile;
  readonly length: RunningQuantile;
  /** What a plain round took when these were last seen; undefined: not known then. */
  plain: number | undefined;
}

/**
 * Learns what rounds cost by draft length from the rounds of use, from nothing or from costs measured beforehand. Plain rounds and
 * lengths that were drafted are lower quartiles of what was seen; others are interpolated. Where plain rounds have become faster since a
 * length was last seen, that length is taken to have become so too: a process is slow at first. What a plain round takes longer after
 * one that drafted is counted as drafting's cost. A first draft after a pause, in which a draft model reads what it
 * missed, is kept apart.
 */
export class LearnedRoundCosts {
  /** Of few rounds, which is soon as fast as rounds get, and of many, which a burst of slow ones does not move. */
  readonly #plain = [new RunningQuantile(ofTimes), new RunningQuantile(ofTimes, manyRounds)] as const;
  readonly #buckets: (Bucket | undefined)[] = [];
  /** Milliseconds of a missed token. */
  readonly #catchUp = new RunningQuantile(middle);
  /** Milliseconds in which a token is drafted. */
  readonly #perToken = new RunningQuantile(ofTimes);
  #relativeSize = 0;
  /** True where drafts were only seen with what had to be read before them. */
  #includesReading = false;
  #afterDraft = 0;
  #draftsEndShare = 0;
  #lastDrafted = false;
  /** Of the last round, where it was the first draft after a pause and no such length was seen before. */
  #coldDraft: { readonly milliseconds: number; readonly missed: number } | undefined;

  /** @param measured milliseconds of a round by draft length, from 0; undefined: nothing was measured. */
  constructor(measured?: CostCurve) {
    for (const [index, length] of measured?.lengths.entries() ?? []) {
      const milliseconds = measured?.milliseconds[index] as number;
      for (let time = 0; time < (length === 0 ? fewestPlain : 1); time++)
        this.observe(length, milliseconds, 0);
    }
    this.#lastDrafted = false;
  }

  /**
   * One round. A time that no round can take, of a clock that was set back, is left out.
   *
   * @param length tokens drafted.
   * @param missed tokens of the text that the drafter was not asked about since its last draft.
   */
  observe(length: number, milliseconds: number, missed: number): void {
    if (!(milliseconds >= 0 && Number.isFinite(milliseconds))) return;
    if (length > 0) this.#observeDraft(length, milliseconds, missed);
    else this.#observePlain(milliseconds);
    this.#lastDrafted = length > 0;
  }

  /** The drafting alone of a draft of `length` tokens, 1 or more, before which none were missed. */
  observeDrafting(length: number, milliseconds: number): void {
    if (milliseconds >= 0 && Number.isFinite(milliseconds)) this.#perToken.add(milliseconds / length);
  }

  /** Milliseconds of drafting a token, a part of what rounds cost; undefined before a draft was seen. */
  get perToken(): number | undefined {
    return this.#perToken.value;
  }

  /**
   * Another generation begins: its first round follows no draft.
   *
   * @param relativeSize of what drafts, as `Drafter.relativeSize`.
   */
  begin(relativeSize = 0): void {
    this.#lastDrafted = false;
    this.#relativeSize = relativeSize;
  }

  /** Milliseconds of a round that does not draft, once a few were seen. */
  get plain(): number | undefined {
    return this.#plain[0].count >= fewestPlain ? this.#leastPlain : undefined;
  }

  /** Whether a draft model that missed so many tokens takes time to read them. */
  hasToRead(missed: number): boolean {
    return missed > readOnTheWay;
  }

  /** Milliseconds that a draft model needs to read the tokens it missed; a guess until it was seen once. */
  catchUp(missed: number): number {
    if (!this.hasToRead(missed)) return 0;
    const guessed = this.#includesReading ? 0 : usualRead * this.#relativeSize * (this.#leastPlain ?? 0);
    return missed * (this.#catchUp.value ?? guessed);
  }

  /** Milliseconds of a round by the number of drafted tokens, 0 to `longest`; undefined before a draft and a few plain rounds were seen. */
  upTo(longest: number): Float64Array | undefined {
    const { plain } = this;
    if (plain === undefined) return undefined;
    const knots = this.#knots(plain);
    if (knots.length === 0) return undefined;
    const after = this.#afterDraft * this.#draftsEndShare;
    const costs = new Float64Array(longest + 1);
    costs[0] = plain;
    let [x0, y0, slope] = [0, plain, 0];
    let next = 0;
    for (let length = 1; length <= longest; length++) {
      while (next < knots.length && (knots[next] as Knot).length < length) {
        const knot = knots[next] as Knot;
        if (knot.length > x0) slope = (knot.milliseconds - y0) / (knot.length - x0);
        [x0, y0] = [knot.length, knot.milliseconds];
        next += 1;
      }
      const knot = knots[next];
      const rise = knot === undefined ? optimism * slope : (knot.milliseconds - y0) / (knot.length - x0);
      costs[length] = y0 + rise * (length - x0) + after;
    }
    return costs;
  }

  get #leastPlain(): number | undefined {
    const [{ value: few }, { value: many }] = this.#plain;
    return few === undefined || many === undefined ? undefined : Math.min(few, many);
  }

  #observePlain(milliseconds: number): void {
    const plain = this.#lastDrafted ? this.#leastPlain : undefined;
    if (plain === undefined) {
      this.#plain[0].add(milliseconds);
      this.#plain[1].add(milliseconds);
      return;
    }
    // At most as long again: more is a disturbance.
    const more = Math.max(0, Math.min(milliseconds - plain, plain));
    this.#afterDraft += pace * (more - this.#afterDraft);
    this.#draftsEndShare += pace * (1 - this.#draftsEndShare);
  }

  #observeDraft(length: number, measured: number, missed: number): void {
    let milliseconds = measured;
    if (this.#lastDrafted) this.#draftsEndShare -= pace * this.#draftsEndShare;
    const known = this.#buckets[bucketOf(length)];
    if (this.hasToRead(missed)) {
      const usual = known?.milliseconds.value;
      if (usual !== undefined) {
        this.#catchUp.add(Math.max(0, milliseconds - usual) / missed);
        return;
      }
      const cold = this.#coldDraft;
      if (cold === undefined) {
        this.#coldDraft = { milliseconds, missed };
        return;
      }
      this.#coldDraft = undefined;
      // No draft has followed another. Of two that read differently much it is known what a token costs; else what has to
      // be read is part of the cost.
      if (cold.missed === missed) this.#includesReading = true;
      else {
        const perToken = Math.max(0, (cold.milliseconds - milliseconds) / (cold.missed - missed));
        this.#catchUp.add(perToken);
        milliseconds = Math.max(milliseconds - perToken * missed, this.#leastPlain ?? 0);
      }
    }
    const bucket = known ?? {
      milliseconds: new RunningQuantile(ofTimes),
      length: new RunningQuantile(middle),
      plain: undefined,
    };
    this.#buckets[bucketOf(length)] = bucket;
    bucket.milliseconds.add(milliseconds);
    bucket.length.add(length);
    bucket.plain = this.#leastPlain;
    const cold = this.#coldDraft;
    if (cold !== undefined) this.#catchUp.add(Math.max(0, cold.milliseconds - milliseconds) / cold.missed);
    this.#coldDraft = undefined;
  }

  /** Ascending in length, never falling in cost. */
  #knots(plain: number): Knot[] {
    const knots = this.#buckets.flatMap((bucket) => {
      if (bucket === undefined) return [];
      const faster = Math.min(1, plain / (bucket.plain ?? plain));
      return {
        length: bucket.length.value as number,
        milliseconds: faster * (bucket.milliseconds.value as number),
      };
    });
    for (let index = knots.length - 2; index >= 0; index--) {
      const knot = knots[index] as Knot;
      knot.milliseconds = Math.min(knot.milliseconds, (knots[index + 1] as Knot).milliseconds);
    }
    return knots;
  }
}

interface Knot {
  readonly length: number;
  milliseconds: number;
}

function bucketOf(length: number): number {
  const bucket = bucketEnds.findIndex((end) => length <= end);
  return bucket < 0 ? bucketEnds.length : bucket;
}
