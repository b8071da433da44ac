import { BetaCells, inside } from './beta-cells.js';

/** Chance that a changing text goes on otherwise from one verified draft to the next: hard and easy passages are short. */
const changeChance = 0.3;
/** Most stretches that are held possible; a further one takes the place of the least likely. */
const mostStretches = 4;
/** How likely a text is to be steady before anything is seen of it, and how soon it may be so again. */
const steadyShare = 0.2;
const steadyAgain = 0.01;

/**
 * Acceptance by position in one text, which may be steady or change: a copy begins or ends, and what is easy to guess takes turns
 * with what is not. What is expected is the mean of both, weighted by how well each foretold the outcomes so far (fixed share, Herbster and
 * Warmuth 1998).
 *
 * In a text that changes, what was seen before its last change tells nothing. How likely each place of that change is
 * follows from the outcomes since then: Bayesian online changepoint detection (Adams and MacKay, 0710.3742), of which all positions of a
 * draft change together. Forgetting at one pace, as in a steady text, needed eight drafts to see that a copy had ended.
 */
export class TextAcceptance {
  readonly #priors: readonly number[];
  readonly #createStretch: (weight: number) => Stretch;
  readonly #steady: Stretch;
  #steadyWeight = steadyShare;
  /** By the place of the last change; their weights sum to 1. */
  readonly #stretches: Stretch[];
  /** By position, until something is observed: a look asks for all, and a draft for them again. */
  #means: (number | undefined)[] = [];

  /**
   * @param priors by position, where the text tells nothing; the last stands for all later ones.
   * @param options `lasting`: observations after which an earlier one of the same stretch counts 1/e; `priorWeight`: how many a
   *   prior is worth.
   */
  constructor(
    priors: readonly number[],
    { lasting, priorWeight }: { readonly lasting: number; readonly priorWeight: number },
  ) {
    this.#priors = priors;
    this.#createStretch = (weight) =>
      new Stretch(
        weight,
        new BetaCells(1, lasting, priorWeight),
        new BetaCells(priors.length, lasting, priorWeight),
      );
    this.#steady = this.#createStretch(1);
    this.#stretches = [this.#createStretch(1)];
  }

  mean(position: number): number {
    const at = Math.min(position, this.#priors.length - 1);
    return (this.#means[at] ??= this.#meanAt(at));
  }

  #meanAt(position: number): number {
    const prior = this.#priors[position] as number;
    let changing = 0;
    for (const stretch of this.#stretches) changing += stretch.weight * stretch.mean(position, prior);
    return this.#steadyWeight * this.#steady.mean(position, prior) + (1 - this.#steadyWeight) * changing;
  }

  /** @param verified tokens of a draft whose outcome is known: the accepted ones and, unless all were, one more. */
  observe(verified: number, accepted: number): void {
    if (verified === 0) return;
    this.#means = [];
    this.#steady.weight = 1;
    for (const stretch of this.#stretches) stretch.weight *= 1 - changeChance;
    this.#stretches.push(this.#createStretch(changeChance));
    for (let index = 0; index < verified; index++) {
      const position = Math.min(index, this.#priors.length - 1);
      const outcome = index < accepted ? 1 : 0;
      const prior = this.#priors[position] as number;
      this.#steady.observe(position, outcome, prior);
      for (const stretch of this.#stretches) stretch.observe(position, outcome, prior);
    }
    const ofSteady = this.#steadyWeight * this.#steady.weight;
    const ofChanging = (1 - this.#steadyWeight) * this.#totalWeight();
    this.#steadyWeight = (1 - steadyAgain) * (ofSteady / (ofSteady + ofChanging)) + steadyAgain * steadyShare;
    if (this.#stretches.length > mostStretches) this.#dropLeastLikely();
    const total = this.#totalWeight();
    for (const stretch of this.#stretches) stretch.weight /= total;
  }

  #totalWeight(): number {
    return this.#stretches.reduce((sum, { weight }) => sum + weight, 0);
  }

  #dropLeastLikely(): void {
    let least = 0;
    for (const [index, { weight }] of this.#stretches.entries())
      if (weight < (this.#stretches[least] as Stretch).weight) least = index;
    this.#stretches.splice(least, 1);
  }
}

/** A part of the text from some place on. */
class Stretch {
  /** Times the chance of every outcome that was observed. */
  weight: number;
  readonly #all: BetaCells;
  readonly #byPosition: BetaCells;

  constructor(weight: number, all: BetaCells, byPosition: BetaCells) {
    this.weight = weight;
    this.#all = all;
    this.#byPosition = byPosition;
  }

  /**
   * A position with few observations leans on the mean over all where that is above its prior. A lower mean does not count: it comes
   * from first positions, and where a copied text goes on at all, it goes on for long.
   */
  mean(position: number, prior: number): number {
    return inside(this.#byPosition.mean(position, Math.max(prior, this.#all.mean(0, prior))));
  }

  observe(position: number, outcome: 0 | 1, prior: number): void {
    const chance = this.mean(position, prior);
    this.weight *= outcome === 1 ? chance : 1 - chance;
    this.#all.observe(0, outcome);
    this.#byPosition.observe(position, outcome);
  }
}
