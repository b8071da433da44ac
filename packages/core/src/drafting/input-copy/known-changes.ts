import type { ChangeRun } from './change-run.js';
import type { CopySource } from './copy-source.js';

/** A change that was seen: where the source has `source`, the output had `target`. One of them may be empty. */
export interface KnownChange {
  readonly source: readonly number[];
  readonly target: readonly number[];
  /** The source tokens beside an insertion or deletion, which make out its place; a replacement goes by itself. */
  readonly left: number | undefined;
  readonly right: number | undefined;
  readonly kind: ChangeKind;
  /** How often it was repeated without an exception between. */
  readonly streak: number;
}

/** A replacement of tokens that were never kept before is a rename, most likely; of others, a single edit. */
type ChangeKind = 'rename' | 'replacement' | 'insertion' | 'deletion';

/** Longer changes are rewritten passages: they hardly repeat. */
const mostTokens = 16;
/** Most changes remembered that begin with the same source token. */
const mostAtToken = 8;

/** Chance that a change is repeated at its next place, before any was seen, by how often it was repeated already. */
const expectations: Readonly<Record<ChangeKind, readonly number[]>> = {
  rename: [0.1, 0.6, 0.8, 0.9],
  replacement: [0.1, 0.3, 0.7, 0.9],
  insertion: [0.1, 0.3, 0.7, 0.9],
  deletion: [0.1, 0.3, 0.7, 0.9],
};
/** How many observations an expectation is worth. */
const expectationWeight = 2;

/**
 * The changes seen so far in an output that edits a source, and how reliably such changes are repeated: every place
 * of a known change that the output passes counts, whether it was drafted or not.
 */
export class KnownChanges {
  readonly #source: CopySource;
  readonly #byFirstToken = new Map<number, KnownChange[]>();
  readonly #kept = new Set<number>();
  readonly #trials = new Map<string, { repeated: number; seen: number }>();
  readonly #kinds = { substitution: 2, insertion: 1, deletion: 1 };

  constructor(source: CopySource) {
    this.#source = source;
  }

  /** What a new change of the kind costs over the others, in nats. */
  costOf(kind: 'substitution' | 'insertion' | 'deletion'): number {
    const { substitution, insertion, deletion } = this.#kinds;
    return -Math.log(this.#kinds[kind] / (substitution + insertion + deletion));
  }

  /** Chance that the change is repeated at its next place, in (0, 1). */
  repeatChance({ kind, streak }: KnownChange): number {
    const step = Math.min(streak, 3);
    const { repeated, seen } = this.#trials.get(`${kind} ${step}`) ?? { repeated: 0, seen: 0 };
    const expected = expectations[kind][step] as number;
    return (repeated + expected * expectationWeight) / (seen + expectationWeight);
  }

  /** The known changes whose place is here. */
  at(place: number): KnownChange[] {
    const listed = this.#byFirstToken.get(this.#source.tokens[place] as number);
    return listed === undefined ? [] : listed.filter((change) => this.#fits(change, place));
  }

  /** Source tokens [start, end) were copied as they are, right after another that was (`joined`) or after a change. */
  keep(start: number, end: number, joined: boolean): void {
    for (let place = start; place < end; place++) {
      for (const change of this.at(place)) {
        // Beside another change the neighbours that make out an insertion or deletion are not there.
        if (change.left === undefined || joined || place > start) this.#observe(change, false);
      }
      this.#kept.add(this.#source.tokens[place] as number);
    }
  }

  /** @param target the output tokens of the run. */
  learn(run: ChangeRun, target: readonly number[]): void {
    const length = run.sourceEnd - run.sourceStart;
    if (run.jump || length > mostTokens || target.length > mostTokens) return;
    const change = this.#describe(run, target);
    if (change === undefined) return;
    if (run.known === undefined) {
      if (length === 0) this.#kinds.insertion += 1;
      else if (target.length === 0) this.#kinds.deletion += 1;
      else this.#kinds.substitution += 1;
    }
    const earlier = this.at(run.sourceStart).find((other) => samePlace(other, change));
    if (earlier === undefined) this.#list(change);
    else if (sameTokens(earlier.target, target)) this.#observe(earlier, true);
    else {
      this.#observe(earlier, false);
      this.#replace(earlier, change);
    }
  }

  #describe({ sourceStart, sourceEnd }: ChangeRun, target: readonly number[]): KnownChange | undefined {
    const source = [...this.#source.tokens.subarray(sourceStart, sourceEnd)];
    const replaces = source.length > 0 && target.length > 0;
    const left = replaces ? undefined : this.#source.tokens[sourceStart - 1];
    const right = replaces ? undefined : this.#source.tokens[sourceEnd];
    // At an end of the source there is nothing to know the place by.
    if (!replaces && (left === undefined || right === undefined)) return undefined;
    return { source, target, left, right, kind: this.#kindOf(source, target), streak: 1 };
  }

  #kindOf(source: readonly number[], target: readonly number[]): ChangeKind {
    if (source.length === 0) return 'insertion';
    if (target.length === 0) return 'deletion';
    return source.every((token) => this.#kept.has(token)) ? 'replacement' : 'rename';
  }

  #fits({ source, left, right }: KnownChange, place: number): boolean {
    const { tokens } = this.#source;
    return (
      this.#source.holds(source, place) &&
      (left === undefined || tokens[place - 1] === left) &&
      (right === undefined || tokens[place + source.length] === right)
    );
  }

  #observe(change: KnownChange, repeated: boolean): void {
    const key = `${change.kind} ${Math.min(change.streak, 3)}`;
    const trials = this.#trials.get(key) ?? { repeated: 0, seen: 0 };
    trials.seen += 1;
    if (repeated) trials.repeated += 1;
    this.#trials.set(key, trials);
    this.#replace(change, { ...change, streak: repeated ? change.streak + 1 : 0 });
  }

  #list(change: KnownChange): void {
    const first = (change.source[0] ?? change.right) as number;
    const listed = this.#byFirstToken.get(first) ?? [];
    this.#byFirstToken.set(first, [change, ...listed].slice(0, mostAtToken));
  }

  #replace(earlier: KnownChange, change: KnownChange): void {
    const first = (earlier.source[0] ?? earlier.right) as number;
    const listed = this.#byFirstToken.get(first) ?? [];
    this.#byFirstToken.set(
      first,
      listed.map((other) => (samePlace(other, earlier) ? change : other)),
    );
  }
}

function samePlace(one: KnownChange, other: KnownChange): boolean {
  return one.left === other.left && one.right === other.right && sameTokens(one.source, other.source);
}

function sameTokens(one: readonly number[], other: readonly number[]): boolean {
  return one.length === other.length && one.every((token, index) => token === other[index]);
}
