import { createLogitsTransform, InvalidArgumentError } from '@foretoken/core';
import type { AuditOptions, AuditSettings } from './audit-options.js';

/** Sequences that reading rows, a prefix, its fork and a comparison beside them take. */
const leastSequences = 4;

/** @throws InvalidArgumentError naming the first option that cannot be used. */
export function checkOptions(options: AuditOptions): AuditSettings {
  const { sampling = { temperature: 0.8 }, alpha = 1e-6, margin = 0.1, confidence = 0.95 } = options;
  const { budget = 90, seed = 0, full = false } = options;
  for (const [name, value] of Object.entries({ alpha, margin, confidence })) {
    if (!(value > 0 && value < 1)) {
      throw new InvalidArgumentError(`${name} must be above 0 and below 1, not ${value}.`);
    }
  }
  if (!(budget > 0)) throw new InvalidArgumentError(`budget must be seconds above 0, not ${budget}.`);
  if (!Number.isSafeInteger(seed) || seed < 0) {
    throw new InvalidArgumentError(`seed must be a whole number of at least 0, not ${seed}.`);
  }
  if (sampling.temperature === 0) {
    throw new InvalidArgumentError(
      'temperature 0 leaves nothing to draw: audit at a temperature above 0; greedy texts are compared as well.',
    );
  }
  for (const [name, list] of Object.entries({ rules: options.rules, drafters: options.drafters })) {
    if (list.length === 0) throw new InvalidArgumentError(`${name} is empty: there is nothing to audit.`);
  }
  for (const { name, models } of options.engines) {
    for (const model of [models.target, models.draft]) {
      if (model !== undefined && model.capabilities.maximumSequences < leastSequences) {
        throw new InvalidArgumentError(
          `${model.name} on ${name} has ${model.capabilities.maximumSequences} sequences; the audit needs ${leastSequences}: load it with a larger maximumSequences.`,
        );
      }
    }
    // Settings that cannot be compiled are refused before anything runs.
    createLogitsTransform(sampling, models.target.vocabularySize);
  }
  return { sampling, alpha, margin, confidence, budget, seed, full };
}
