import { type VerifiedChain, verifiedCount } from './predictors/acceptance-predictor.js';

/** What is taken for granted before any text was seen, and the texts that it is worth. */
const prior = { mean: 0.6, deviation: 0.2, texts: 2 };
/** Texts after which an earlier one counts 1/e. */
const memory = 16;
/** Verified tokens with which a text counts half. */
const halfWeight = 2;

/** How far texts lie apart in how much of a draft is accepted. */
export class TextSpread {
  #count = prior.texts;
  #sum = prior.texts * prior.mean;
  #squares = prior.texts * (prior.mean ** 2 + prior.deviation ** 2);
  #accepted = 0;
  #verified = 0;

  /** Another text begins. */
  beginText(): void {
    if (this.#verified > 0) {
      const forgetting = Math.exp(-1 / memory);
      const weight = this.#verified / (this.#verified + halfWeight);
      const share = this.#accepted / this.#verified;
      this.#count = this.#count * forgetting + weight;
      this.#sum = this.#sum * forgetting + weight * share;
      this.#squares = this.#squares * forgetting + weight * share ** 2;
    }
    this.#accepted = 0;
    this.#verified = 0;
  }

  observe(chain: VerifiedChain): void {
    this.#verified += verifiedCount(chain);
    this.#accepted += chain.acceptedCount;
  }

  /** Standard deviation over texts of the share of verified tokens that was accepted. */
  get deviation(): number {
    const mean = this.#sum / this.#count;
    return Math.sqrt(Math.max(0, this.#squares / this.#count - mean ** 2));
  }
}
