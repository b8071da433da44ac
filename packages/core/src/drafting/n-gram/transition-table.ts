import { GrowableIntegers } from './growable-integers.js';

const none = -1;

/**
 * The transitions of an automaton: found by (state, token) through an open hash table, and listed by state through
 * chains. 16 bytes a transition, 8 to 16 for the hash table, and 4 a state, before the slack of doubling.
 */
export class TransitionTable {
  readonly #sources = new GrowableIntegers();
  readonly #tokens = new GrowableIntegers();
  readonly #targets = new GrowableIntegers();
  /** The next transition of the same source, or -1. */
  readonly #followers = new GrowableIntegers();
  /** The newest transition of every state, or -1. */
  readonly #heads = new GrowableIntegers();
  /** Transition + 1, or 0 where the slot is free; a power of two long, at most half full. */
  #slots = new Int32Array(32);

  get length(): number {
    return this.#sources.length;
  }

  /** States are numbered from 0 in the order of these calls. */
  addState(): void {
    this.#heads.push(none);
  }

  /** The transition of a state by a token, or -1. O(1) expected. */
  find(state: number, token: number): number {
    return (this.#slots[this.#slot(state, token)] as number) - 1;
  }

  /** Adds a transition that is not there yet. */
  add(state: number, token: number, target: number): void {
    const transition = this.length;
    this.#sources.push(state);
    this.#tokens.push(token);
    this.#targets.push(target);
    this.#followers.push(this.#heads.at(state));
    this.#heads.set(state, transition);
    if (2 * this.length > this.#slots.length) this.#rehash();
    else this.#slots[this.#slot(state, token)] = transition + 1;
  }

  target(transition: number): number {
    return this.#targets.at(transition);
  }

  token(transition: number): number {
    return this.#tokens.at(transition);
  }

  redirect(transition: number, target: number): void {
    this.#targets.set(transition, target);
  }

  /** The first transition of a state, or -1; `following` gives the others. */
  first(state: number): number {
    return this.#heads.at(state);
  }

  following(transition: number): number {
    return this.#followers.at(transition);
  }

  /** Where (state, token) stands, or the free slot where it would. */
  #slot(state: number, token: number): number {
    const mask = this.#slots.length - 1;
    // Odd factors near the golden ratio spread consecutive states and tokens; the high bits are the best mixed.
    const hash = Math.imul(Math.imul(state, 0x9e37_79b1) ^ token, 0x85eb_ca6b);
    let slot = (hash ^ (hash >>> 15)) & mask;
    for (let entry = this.#slots[slot]; entry !== 0; entry = this.#slots[slot]) {
      const transition = (entry as number) - 1;
      if (this.#sources.at(transition) === state && this.#tokens.at(transition) === token) break;
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  #rehash(): void {
    this.#slots = new Int32Array(2 * this.#slots.length);
    for (let transition = 0; transition < this.length; transition++) {
      this.#slots[this.#slot(this.#sources.at(transition), this.#tokens.at(transition))] = transition + 1;
    }
  }
}
