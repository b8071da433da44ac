import { InvalidArgumentError } from '@foretoken/core';
import type { AuditProgress } from '../run/time-slices.js';

/** What every audit of a source needs to know, complete. */
export interface SourceAuditSettings {
  /** At least one, all different. */
  readonly prompts: readonly string[];
  /** How many tokens of every draw are audited together, 1 to 4. */
  readonly tokens: number;
  /** Draws of the source, over all prompts; of each side where two are compared. */
  readonly draws: number;
  /** Chance of a false "not lossless", over all tests together. */
  readonly alpha: number;
  /** Total variation within which laws count as equivalent. */
  readonly margin: number;
  /** Chance that all bounds hold together. */
  readonly confidence: number;
  readonly seed: number;
  /** Draws under way at the same time. */
  readonly concurrency: number;
  /** Aborting ends the audit with the verdict so far. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: AuditProgress) => void) | undefined;
}

export interface SourceAuditOptions
  extends Pick<SourceAuditSettings, 'prompts' | 'signal' | 'onProgress'>,
    Partial<{
      /** Default 3. */
      readonly tokens: number | undefined;
      /** Default 4000. */
      readonly draws: number | undefined;
      /** Default 1e-6. */
      readonly alpha: number | undefined;
      /** Default 0.1. */
      readonly margin: number | undefined;
      /** Default 0.95. */
      readonly confidence: number | undefined;
      /** Default 0. */
      readonly seed: number | undefined;
      /** Default 4. */
      readonly concurrency: number | undefined;
    }> {}

const mostTokens = 4;

/** @throws InvalidArgumentError naming the first option that cannot be used. */
export function checkSourceOptions(options: SourceAuditOptions): SourceAuditSettings {
  const { prompts, tokens = 3, draws = 4000, alpha = 1e-6, margin = 0.1, confidence = 0.95 } = options;
  const { seed = 0, concurrency = 4, signal, onProgress } = options;
  for (const [name, value] of Object.entries({ alpha, margin, confidence })) {
    if (!(value > 0 && value < 1)) {
      throw new InvalidArgumentError(`${name} must be above 0 and below 1, not ${value}.`);
    }
  }
  for (const [name, value, least] of [
    ['tokens', tokens, 1],
    ['draws', draws, 1],
    ['seed', seed, 0],
    ['concurrency', concurrency, 1],
  ] as const) {
    if (!Number.isSafeInteger(value) || value < least) {
      throw new InvalidArgumentError(`${name} must be a whole number of at least ${least}, not ${value}.`);
    }
  }
  if (tokens > mostTokens) {
    throw new InvalidArgumentError(
      `tokens is ${tokens}; at most ${mostTokens} can be audited together: longer sequences hardly repeat.`,
    );
  }
  if (prompts.length === 0) throw new InvalidArgumentError('There are no prompts; give at least one.');
  for (const [index, prompt] of prompts.entries()) {
    if (prompt === '') throw new InvalidArgumentError(`Prompt ${index + 1} is empty.`);
    if (prompts.indexOf(prompt) < index) {
      throw new InvalidArgumentError(
        `Prompt ${index + 1} is the same as prompt ${prompts.indexOf(prompt) + 1}.`,
      );
    }
  }
  return {
    prompts,
    tokens,
    draws,
    alpha,
    margin,
    confidence,
    seed,
    concurrency,
    signal,
    onProgress,
  };
}
