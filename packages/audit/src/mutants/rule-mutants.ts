import { block, tokenwise, type VerificationRule } from '@foretoken/core';
import {
  blockStopsAtFirstFailure,
  bonusFromDraft,
  freshRedraw,
  literalDifference,
  resampleFromTarget,
  residualByRank,
} from '@foretoken/core/testing';
import type { Mutant } from './mutant.js';

export function wrongRule(wrong: VerificationRule, sound: VerificationRule, description: string): Mutant {
  return {
    name: wrong.name,
    description,
    rule: sound,
    inject: (subject) => ({ ...subject, rule: wrong }),
    enumerated: { rule: wrong },
  };
}

/** Wrong acceptance tests, corrections and bonus tokens. */
export const ruleMutants: readonly Mutant[] = [
  wrongRule(
    literalDifference,
    tokenwise,
    'keeps a token with the chance of the difference of the probabilities, not of their ratio',
  ),
  wrongRule(resampleFromTarget, tokenwise, 'draws the correction from the target, not from the residual'),
  wrongRule(residualByRank, tokenwise, 'subtracts the draft by rank, not by token id (llama-speculative)'),
  wrongRule(
    bonusFromDraft,
    tokenwise,
    "takes the bonus token from the draft, not from the target's last row",
  ),
  wrongRule(
    freshRedraw,
    tokenwise,
    'draws again from the target where its own sample was not the draft token',
  ),
  wrongRule(blockStopsAtFirstFailure, block, 'ends a block at the first test that fails'),
];
