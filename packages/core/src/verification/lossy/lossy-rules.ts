import { createBigLittle, defaultBigLittle } from './big-little.js';
import type { LossyRule } from './lossy-rule.js';
import { createSpeculativeCascade, defaultSpeculativeCascade } from './speculative-cascade.js';
import { createTypicalAcceptance, defaultTypicalAcceptance } from './typical-acceptance.js';

/** Every rule that is not exact, by name, with its default parameters. Apart from `verificationRules`, which are exact. */
export const lossyRules: ReadonlyMap<string, LossyRule> = new Map(
  [
    createTypicalAcceptance(defaultTypicalAcceptance),
    createSpeculativeCascade(defaultSpeculativeCascade),
    createBigLittle(defaultBigLittle),
  ].map((rule) => [rule.name, rule]),
);
