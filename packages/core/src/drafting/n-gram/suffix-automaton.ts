import { GrowableIntegers } from './growable-integers.js';
import { TransitionTable } from './transition-table.js';

/** A string of the automaton's texts: its state, and its length in tokens. */
export interface Match {
  readonly state: number;
  readonly length: number;
}

/** One token that followed a string. */
export interface Continuation {
  readonly token: number;
  /** The state of the string with this token behind it. */
  readonly state: number;
  /** Share of the string's continuations that were this token, in (0, 1]. */
  readonly frequency: number;
}

const root = 0;
const none = -1;

/**
 * The suffix automaton of a growing text, or of several (Blumer et al. 1985, The smallest automaton recognizing the
 * subwords of a text; 1987 for several texts). Each state stands for the strings that end at the same places; a text
 * of n tokens has at most 2n states and 3n transitions.
 *
 * A token is added in amortised O(1), plus at most `countedLength` steps that keep the counts: every state on the
 * suffix links of the text's last `countedLength` tokens occurs once more. 20 bytes a state and 24 to 32 a transition,
 * before the slack of doubling: with it at most 224 bytes a token.
 */
export class SuffixAutomaton {
  /** Longest string whose occurrences are counted, tokens. */
  readonly countedLength: number;
  readonly #transitions = new TransitionTable();
  /** Tokens of every state's longest string. */
  readonly #lengths = new GrowableIntegers();
  /** Suffix link: the state of the longest suffix that also ends elsewhere; -1 for the root. */
  readonly #links = new GrowableIntegers();
  /** Places where the state's strings end. */
  readonly #counts = new GrowableIntegers();
  /** The last of those places, in tokens from the beginning of the first text. */
  readonly #lastEnds = new GrowableIntegers();
  #tokenCount = 0;
  /** The state of the whole present text. */
  #text = root;
  /** True where the whole present text also stands in an earlier one. */
  #textIsRepeated = false;
  /** The state of the present text's last `#windowLength` tokens, at most `countedLength`. */
  #window = root;
  #windowLength = 0;

  /** @param countedLength longest string whose occurrences are counted, 1 or more. */
  constructor(countedLength: number) {
    this.countedLength = countedLength;
    this.#addState(0, none);
  }

  /** Tokens of all texts together. */
  get tokenCount(): number {
    return this.#tokenCount;
  }

  get stateCount(): number {
    return this.#lengths.length;
  }

  get transitionCount(): number {
    return this.#transitions.length;
  }

  /** The empty string. */
  get start(): Match {
    return { state: root, length: 0 };
  }

  /** The longest suffix of the present text that also ends earlier, in it or in another. O(1). */
  get repeat(): Match {
    const state = this.#textIsRepeated ? this.#text : this.#links.at(this.#text);
    return state === none ? this.start : { state, length: this.#lengths.at(state) };
  }

  /** The tokens that are appended from now on are another text: no string reaches from one into the other. */
  startText(): void {
    this.#text = root;
    this.#textIsRepeated = false;
    this.#window = root;
    this.#windowLength = 0;
  }

  /** @param token a whole number from 0 to 2^31 - 1. */
  append(token: number): void {
    this.#tokenCount += 1;
    const known = this.#transitions.find(this.#text, token);
    this.#textIsRepeated = known !== none;
    this.#text = known === none ? this.#addTextState(token) : this.#stateAfter(this.#text, known);
    this.#count(token);
  }

  /** Occurrences of a state's strings; exact where the shortest of them has at most `countedLength` tokens. */
  count(state: number): number {
    return state === root ? this.#tokenCount : this.#counts.at(state);
  }

  /** The longest suffix of the string and the token behind it that stands in the texts. Amortised O(1). */
  advance({ state, length }: Match, token: number): Match {
    let from = state;
    let matched = length;
    for (;;) {
      const transition = this.#transitions.find(from, token);
      if (transition !== none) return { state: this.#transitions.target(transition), length: matched + 1 };
      if (from === root) return this.start;
      from = this.#links.at(from);
      matched = this.#lengths.at(from);
    }
  }

  /** The longest suffix of at most `longest` tokens. O(match). */
  shortened({ state, length }: Match, longest: number): Match {
    if (length <= longest) return { state, length };
    let at = state;
    while (this.#lengths.at(this.#links.at(at)) >= longest) at = this.#links.at(at);
    return { state: at, length: longest };
  }

  /** The longest suffix of a string that something follows in the texts. */
  followed({ state, length }: Match): Match {
    let at = state;
    while (at !== root && this.#transitions.first(at) === none) at = this.#links.at(at);
    return { state: at, length: at === state ? length : this.#lengths.at(at) };
  }

  /**
   * The most frequent tokens after a string that is shorter than `countedLength`; among equals the one that was last
   * seen. O(tokens that ever followed it).
   */
  continuations({ state }: Match, most: number): Continuation[] {
    const best: { transition: number; count: number; lastEnd: number }[] = [];
    let total = 0;
    for (
      let transition = this.#transitions.first(state);
      transition !== none;
      transition = this.#transitions.following(transition)
    ) {
      const target = this.#transitions.target(transition);
      const count = this.#counts.at(target);
      const lastEnd = this.#lastEnds.at(target);
      total += count;
      let rank = best.length;
      while (rank > 0 && isBefore(count, lastEnd, best[rank - 1])) rank -= 1;
      if (rank >= most) continue;
      best.splice(rank, 0, { transition, count, lastEnd });
      if (best.length > most) best.pop();
    }
    return best.map(({ transition, count }) => ({
      token: this.#transitions.token(transition),
      state: this.#transitions.target(transition),
      frequency: count / total,
    }));
  }

  #addState(length: number, link: number): number {
    this.#lengths.push(length);
    this.#links.push(link);
    this.#counts.push(0);
    this.#lastEnds.push(0);
    this.#transitions.addState();
    return this.stateCount - 1;
  }

  /** The state of the present text with a token behind it, which stands nowhere in the texts before. */
  #addTextState(token: number): number {
    const added = this.#addState(this.#lengths.at(this.#text) + 1, root);
    let suffix = this.#text;
    let transition: number = none;
    while (suffix !== none) {
      transition = this.#transitions.find(suffix, token);
      if (transition !== none) break;
      this.#transitions.add(suffix, token, added);
      suffix = this.#links.at(suffix);
    }
    if (suffix !== none) this.#links.set(added, this.#stateAfter(suffix, transition));
    return added;
  }

  /** The state of exactly the strings that end as `state`'s longest does with the transition's token behind it. */
  #stateAfter(state: number, transition: number): number {
    const target = this.#transitions.target(transition);
    const length = this.#lengths.at(state) + 1;
    if (this.#lengths.at(target) === length) return target;
    // The target also holds longer strings, which do not end here: the shorter ones become a state of their own.
    const clone = this.#addState(length, this.#links.at(target));
    this.#counts.set(clone, this.#counts.at(target));
    this.#lastEnds.set(clone, this.#lastEnds.at(target));
    for (
      let each = this.#transitions.first(target);
      each !== none;
      each = this.#transitions.following(each)
    ) {
      this.#transitions.add(clone, this.#transitions.token(each), this.#transitions.target(each));
    }
    this.#links.set(target, clone);
    const token = this.#transitions.token(transition);
    for (let suffix = state; suffix !== none; suffix = this.#links.at(suffix)) {
      const each = this.#transitions.find(suffix, token);
      if (each === none || this.#transitions.target(each) !== target) break;
      this.#transitions.redirect(each, clone);
    }
    if (this.#window === target && this.#windowLength <= length) this.#window = clone;
    return clone;
  }

  /** Moves the window behind the token, and counts what ends there. */
  #count(token: number): void {
    const moved = this.advance({ state: this.#window, length: this.#windowLength }, token);
    const { state, length } = this.shortened(moved, this.countedLength);
    this.#window = state;
    this.#windowLength = length;
    for (let suffix = state; suffix !== root; suffix = this.#links.at(suffix)) {
      this.#counts.set(suffix, this.#counts.at(suffix) + 1);
      this.#lastEnds.set(suffix, this.#tokenCount);
    }
  }
}

function isBefore(
  count: number,
  lastEnd: number,
  other: { readonly count: number; readonly lastEnd: number } | undefined,
): boolean {
  if (other === undefined) return false;
  return count > other.count || (count === other.count && lastEnd > other.lastEnd);
}
