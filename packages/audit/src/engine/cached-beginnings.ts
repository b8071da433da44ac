import type { LanguageModel, Sequence } from '@foretoken/core';
import { commonLength } from './common-length.js';

/** A sequence of the model, and what its cache holds. */
export interface CachedBeginning {
  readonly sequence: Sequence;
  readonly tokens: number[];
  /** What it is taken for in the pass that is being put together, if it is. */
  takenFor: readonly number[] | undefined;
  lastUse: number;
}

/**
 * Sequences whose caches hold beginnings of histories. A history that branches off inside one of them gets a fork of
 * it, so that the tokens before the branch are not read again; one that is not used and cheap to read again makes room.
 */
export class CachedBeginnings {
  readonly #model: LanguageModel;
  readonly #most: number;
  readonly #cached: CachedBeginning[] = [];
  #use = 0;

  /** @param most sequences of the model, 1 or more. */
  constructor(model: LanguageModel, most: number) {
    this.#model = model;
    this.#most = most;
  }

  /** All that were taken are free again. */
  nextPass(): void {
    for (const cached of this.#cached) cached.takenFor = undefined;
  }

  /**
   * A sequence that holds as much of these tokens as any does, and nothing else, and that is not taken for this pass
   * yet. Undefined where none is left, or where one that is taken will soon hold more of them.
   */
  take(tokens: readonly number[]): CachedBeginning | undefined {
    let closest: CachedBeginning | undefined;
    let shared = 0;
    for (const cached of this.#cached) {
      const common = commonLength(cached.tokens, tokens);
      // Of several the one that ends there can be continued as it is.
      if (
        common > shared ||
        (common === shared && cached.tokens.length === common && cached.takenFor === undefined)
      ) {
        closest = cached;
        shared = common;
      }
    }
    for (const { takenFor } of this.#cached) {
      if (takenFor !== undefined && commonLength(takenFor, tokens) > shared) return undefined;
    }
    const found = this.#continueOrFork(closest, shared);
    if (found === undefined) return undefined;
    // A pass that failed may have left more than was noted.
    found.sequence.doRollback(shared);
    found.tokens.length = shared;
    this.#use += 1;
    for (const used of [found, closest]) if (used !== undefined) used.lastUse = this.#use;
    found.takenFor = tokens;
    return found;
  }

  close(): void {
    for (const { sequence } of this.#cached) sequence.close();
    this.#cached.length = 0;
  }

  /** One that is not taken yet, where there is one, and that begins with what is shared. */
  #continueOrFork(closest: CachedBeginning | undefined, shared: number): CachedBeginning | undefined {
    if (closest?.takenFor === undefined && closest?.tokens.length === shared) return closest;
    if (this.#cached.length === this.#most) {
      const free = this.#cached.filter(({ takenFor }) => takenFor === undefined);
      const others = free.filter((cached) => cached !== closest);
      if (others.length === 0) return free[0];
      this.#drop(others);
    }
    const fork: CachedBeginning = {
      sequence: closest === undefined ? this.#model.createSequence() : closest.sequence.doFork(),
      tokens: closest?.tokens.slice(0, shared) ?? [],
      takenFor: undefined,
      lastUse: 0,
    };
    this.#cached.push(fork);
    return fork;
  }

  /** Drops the one that was not used for longest, measured by the tokens that would have to be read again. */
  #drop(candidates: readonly CachedBeginning[]): void {
    let dropped: CachedBeginning | undefined;
    let most = -1;
    for (const candidate of candidates) {
      const { tokens, lastUse } = candidate;
      const elsewhere = this.#cached.reduce(
        (longest, other) =>
          other === candidate ? longest : Math.max(longest, commonLength(other.tokens, tokens)),
        0,
      );
      const age = (this.#use - lastUse + 1) / (tokens.length - elsewhere + 1);
      if (age > most) {
        dropped = candidate;
        most = age;
      }
    }
    dropped?.sequence.close();
    this.#cached.splice(this.#cached.indexOf(dropped as CachedBeginning), 1);
  }
}
