import type { VerificationRule } from '../contract/verification-rule.js';
import { InvalidArgumentError } from '../errors/invalid-argument-error.js';
import { block } from './block.js';
import { kSeq } from './k-seq.js';
import { lossyRules } from './lossy/lossy-rules.js';
import { recursiveRejection } from './recursive-rejection.js';
import { sampleMatch } from './sample-match.js';
import { tokenwise } from './tokenwise.js';
import { traversal } from './traversal.js';

/** Every rule of this package by name; all of them exact. */
export const verificationRules: ReadonlyMap<string, VerificationRule> = new Map(
  [tokenwise, block, sampleMatch, recursiveRejection, traversal, kSeq].map((rule) => [rule.name, rule]),
);

/**
 * @param rule a rule, or the name of one of `verificationRules` or `lossyRules`.
 * @throws InvalidArgumentError for a name that no rule has.
 */
export function resolveRule(rule: VerificationRule | string): VerificationRule {
  if (typeof rule !== 'string') return rule;
  const known = verificationRules.get(rule) ?? lossyRules.get(rule);
  if (known === undefined) {
    throw new InvalidArgumentError(
      `There is no verification rule "${rule}". The rules are ${[...verificationRules.keys()].join(', ')}; not exact are ${[...lossyRules.keys()].join(', ')}.`,
    );
  }
  return known;
}
