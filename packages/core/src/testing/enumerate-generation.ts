import type { Drafter } from '../contract/drafter.js';
import type { LanguageModel } from '../contract/language-model.js';
import type { VerificationRule } from '../contract/verification-rule.js';
import { generateText } from '../decoding/generate-text.js';
import type { SamplingSettings } from '../sampling/sampling-settings.js';
import type { DraftLengthController } from '../scheduling/draft-length-controller.js';
import { jointLaw, largestDifference, type TableLaw } from './enumerate-joint-law.js';
import { enumerateDraws } from './explored-draws.js';
import { servedLaw } from './served-law.js';

export interface EnumeratedGeneration {
  /** A table model, and the table it serves. */
  readonly target: LanguageModel;
  readonly law: TableLaw;
  readonly createDrafter: () => Drafter;
  readonly prompt: readonly number[];
  /** Tokens to generate. */
  readonly count: number;
  readonly rule?: VerificationRule | string;
  readonly draftLength?: number | ((drafter: Drafter) => DraftLengthController);
  /** For controllers that learn from times. */
  readonly clock?: () => number;
  readonly sampling?: SamplingSettings;
}

/**
 * How far the joint law of the decode loop's first tokens is from the target's own: the largest difference of any
 * text's probability. The shipped loop, rule and drafter run once for every sequence of answers that their draws can
 * give, over several rounds. For files that mock `sampling/draw.js` with `exploredDraws`.
 */
export async function generationError(options: EnumeratedGeneration): Promise<number> {
  const { target, law, prompt, count, sampling, draftLength = 2, rule = 'tokenwise', clock } = options;
  const generated = await enumerateDraws(async () => {
    const drafter = options.createDrafter();
    const length = typeof draftLength === 'number' ? draftLength : draftLength(drafter);
    const shared = {
      target,
      drafter,
      prompt,
      rule,
      sampling,
      maximumTokens: count,
      draftLength: length,
      clock,
    };
    const { tokens, drafterFailure } = await generateText(shared);
    await drafter.close();
    if (drafterFailure !== undefined) throw drafterFailure.error;
    return tokens.join(',');
  });
  const served = servedLaw(law, target.vocabularySize, sampling);
  const own = jointLaw((history) => served([...prompt, ...history]), count);
  return largestDifference(generated, own);
}
