import { changeAt, type ChangeRun, goesOn } from './change-run.js';
import type { CopySource } from './copy-source.js';
import { findReentry, longestReentry } from './find-reentry.js';
import type { Hypothesis } from './hypothesis.js';
import { type KnownChange, KnownChanges } from './known-changes.js';

/** -log of the chance that a change begins at a token, and that it goes on at the next one. */
const beginCost = 3;
const continueCost = 1;
/** -log of the chance that copying jumps; to which place costs log(source length) more. */
const jumpCost = 5;
/** Furthest that a deletion is looked for ahead, in tokens, and the most ends for it that are tried. */
const deletionReach = 64;
const mostDeletions = 3;
/** Hypotheses that are kept: the most, and how much worse than the best. */
const mostHypotheses = 12;
const mostCost = 25;

/**
 * Aligns an output, token by token, with the source that it edits. It follows the most likely alignments (a beam
 * search over substitutions, insertions, deletions, jumps, and repetitions of known changes), and learns the changes
 * that lie behind a token which was copied again. O(1) per copied token; where output and source differ, bounded by
 * the constants above. All of it is a function of the source and the output's tokens.
 */
export class EditAlignment {
  readonly source: CopySource;
  readonly changes: KnownChanges;
  /** The output followed so far. */
  readonly output: number[] = [];
  /** Never empty, the most likely first. */
  hypotheses: readonly Hypothesis[] = [
    { position: 0, cost: 0, change: undefined, matched: 0, underWay: undefined },
  ];
  /** The most likely one before each of the last tokens, by output length modulo the array's. */
  readonly #past: Hypothesis[] = [];
  /** Output tokens up to here are accounted for in `changes`. */
  #settled = 0;

  constructor(source: CopySource) {
    this.source = source;
    this.changes = new KnownChanges(source);
  }

  get best(): Hypothesis {
    return this.hypotheses[0] as Hypothesis;
  }

  /** How many of the last output tokens in a row are new: neither copied nor of a known change. */
  get newTokens(): number {
    const { position, change } = this.best;
    if (change === undefined || !goesOn(change, position, this.output.length)) return 0;
    return change.outputEnd - change.outputStart;
  }

  /** Takes the output's next token in. */
  advance(token: number): void {
    this.#past[this.output.length % (longestReentry + 1)] = this.best;
    const next: Hypothesis[] = [];
    for (const hypothesis of this.hypotheses) this.#extend(hypothesis, token, next);
    this.output.push(token);
    if (!next.some(({ matched, underWay }) => matched > 1 || underWay !== undefined)) this.#jump(next);
    this.hypotheses = mostLikely(next);
    if (this.best.matched > 0) this.#settle();
  }

  /** What the hypothesis becomes with the next token: itself where the token is what it expects. */
  #extend(hypothesis: Hypothesis, token: number, next: Hypothesis[]): void {
    const { position, cost, change, matched, underWay } = hypothesis;
    if (underWay !== undefined) {
      const { known, done } = underWay;
      if (known.target[done] === token) next.push(this.#repeat(hypothesis, known, done + 1, cost));
      // Something else came of it: what it replaces is gone, or still to come.
      else
        for (const deleted of [known.source.length, 0]) this.#change(hypothesis, token, deleted, done, next);
    } else if (this.source.tokens[position] === token) {
      next.push({ position: position + 1, cost, change, matched: matched + 1, underWay });
    } else {
      if (position < this.source.length) this.#change(hypothesis, token, 1, 0, next);
      this.#change(hypothesis, token, 0, 0, next);
      this.#skip(hypothesis, token, next);
      for (const known of this.changes.at(position)) {
        if (known.target[0] !== token) continue;
        next.push(this.#repeat(hypothesis, known, 1, cost - Math.log(this.changes.repeatChance(known))));
      }
    }
  }

  /** The token is new, for `deleted` source tokens or for none; so were the `earlier` output tokens before it. */
  #change(hypothesis: Hypothesis, token: number, deleted: number, earlier: number, next: Hypothesis[]): void {
    const { position, change } = hypothesis;
    const kind = deleted > 0 ? 'substitution' : 'insertion';
    next.push({
      position: position + deleted,
      cost: this.#openCost(hypothesis) + this.changes.costOf(kind) + this.source.surprise(token),
      change: changeAt(change, position, this.output.length - earlier, deleted, earlier + 1),
      matched: 0,
      underWay: undefined,
    });
  }

  /** Source tokens before the token were deleted. */
  #skip(hypothesis: Hypothesis, token: number, next: Hypothesis[]): void {
    const { position, change } = hypothesis;
    const cost = this.#openCost(hypothesis) + this.changes.costOf('deletion');
    let found = 0;
    for (let skipped = 1; skipped <= deletionReach && found < mostDeletions; skipped++) {
      if (this.source.tokens[position + skipped] !== token) continue;
      found += 1;
      next.push({
        position: position + skipped + 1,
        // Lengths of deletions have a heavy tail: half as long is four times as likely.
        cost: cost + 2 * Math.log(skipped),
        change: changeAt(change, position, this.output.length, skipped, 0),
        matched: 1,
        underWay: undefined,
      });
    }
  }

  #openCost({ position, cost, change }: Hypothesis): number {
    const longer = change !== undefined && goesOn(change, position, this.output.length);
    return cost + (longer ? continueCost : beginCost);
  }

  /** The hypothesis with the first `done` tokens of a known change, the next token included. */
  #repeat({ position, change }: Hypothesis, known: KnownChange, done: number, cost: number): Hypothesis {
    if (done < known.target.length) return { position, cost, change, matched: 0, underWay: { known, done } };
    const end = position + known.source.length;
    const outputEnd = this.output.length + 1;
    return {
      position: end,
      cost,
      change: {
        previous: change,
        sourceStart: position,
        sourceEnd: end,
        outputStart: outputEnd - done,
        outputEnd,
        known,
        jump: false,
      },
      matched: 0,
      underWay: undefined,
    };
  }

  /** Nothing goes on as it was: the last tokens may stand elsewhere in the source. */
  #jump(next: Hypothesis[]): void {
    const { source, output } = this;
    const reentry = findReentry(source, output, this.best.position);
    if (reentry === undefined) return;
    const at = output.length - reentry.length;
    const from = this.#past[at % (longestReentry + 1)] as Hypothesis;
    next.push({
      position: reentry.position,
      cost: from.cost + jumpCost + Math.log(source.length),
      change: {
        previous: from.change,
        sourceStart: from.position,
        sourceEnd: reentry.position - reentry.length,
        outputStart: at,
        outputEnd: at,
        known: undefined,
        jump: true,
      },
      matched: reentry.length,
      underWay: undefined,
    });
  }

  /** Accounts for what the most likely alignment says about the tokens since the last time. */
  #settle(): void {
    const runs: ChangeRun[] = [];
    for (let run = this.best.change; run !== undefined && run.outputEnd >= this.#settled; run = run.previous)
      runs.push(run);
    let output = this.#settled;
    let joined = true;
    for (const run of runs.toReversed()) {
      const kept = Math.max(0, run.outputStart - output);
      this.changes.keep(run.sourceStart - kept, run.sourceStart, joined);
      this.changes.learn(run, this.output.slice(run.outputStart, run.outputEnd));
      output = run.outputEnd;
      joined = false;
    }
    const { position } = this.best;
    this.changes.keep(position - Math.max(0, this.output.length - output), position, joined);
    this.#settled = this.output.length;
  }
}

/** The best of hypotheses that stand at different places, best first; of two at one place the likelier. */
function mostLikely(hypotheses: readonly Hypothesis[]): Hypothesis[] {
  if (hypotheses.length === 1) return [...hypotheses];
  const kept: Hypothesis[] = [];
  const sorted = hypotheses.toSorted((one, other) => one.cost - other.cost);
  const limit = (sorted[0] as Hypothesis).cost + mostCost;
  for (const hypothesis of sorted) {
    if (kept.length === mostHypotheses || hypothesis.cost > limit) break;
    if (!kept.some((other) => samePlace(other, hypothesis))) kept.push(hypothesis);
  }
  return kept;
}

function samePlace(one: Hypothesis, other: Hypothesis): boolean {
  return (
    one.position === other.position &&
    one.underWay?.known === other.underWay?.known &&
    one.underWay?.done === other.underWay?.done
  );
}
