import type { Drafter } from '../contract/drafter.js';
import type { VerificationRule } from '../contract/verification-rule.js';
import { oneHot } from '../sampling/draw.js';
import type { SamplingSettings } from '../sampling/sampling-settings.js';
import { propose } from './drafter-conformance/proposals.js';
import { enumerateJointLaw, jointLaw, largestDifference, type TableLaw } from './enumerate-joint-law.js';

interface RoundLawOptions {
  readonly rule: VerificationRule;
  /** The target's law of the output's next token, after all transformations. */
  readonly law: TableLaw;
  readonly vocabularySize: number;
  /** Its proposals are one-hot, and a function of the tokens. */
  readonly drafter: Drafter;
  readonly prompt: readonly number[];
  readonly sampling?: SamplingSettings;
  readonly draftLength: number;
}

/** Most output tokens before the round. */
const longestBeginning = 3;

/**
 * How far the joint law of the tokens after a round with the drafter's own draft is from the target's, at most, over
 * every output of up to three tokens before it. Where it is 0 the rounds of a whole generation keep the law too: each
 * leaves what follows it with the law that plain decoding has.
 */
export async function roundLawError(options: RoundLawOptions): Promise<{ error: number; drafted: number }> {
  const { rule, law, vocabularySize, drafter, prompt, sampling = {}, draftLength } = options;
  let beginnings: number[][] = [[]];
  let error = 0;
  let drafted = 0;
  for (let length = 0; length <= longestBeginning; length++) {
    for (const beginning of beginnings) {
      const { tokens } = await propose({ vocabularySize }, drafter, {
        tokens: [...prompt, ...beginning],
        promptLength: prompt.length,
        seed: 0,
        sampling,
        maximumTokens: draftLength,
      });
      drafted += tokens.length;
      const after: TableLaw = (history) => law([...beginning, ...history]);
      const drafting = {
        drawn: (history: readonly number[]) => oneHot(tokens[history.length] as number),
        length: (committed: readonly number[]) => (committed.length === 0 ? tokens.length : 0),
      };
      const count = draftLength + 1;
      const difference = largestDifference(
        enumerateJointLaw(rule, after, drafting, count),
        jointLaw(after, count),
      );
      error = Math.max(error, difference);
    }
    beginnings = beginnings.flatMap((beginning) =>
      Array.from({ length: vocabularySize }, (_, token) => [...beginning, token]),
    );
  }
  return { error, drafted };
}
