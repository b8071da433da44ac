import type { ProfileStep } from '../profile-step.js';
import { addTurns, createRecordingTurns, noTurns } from '../recording-turns.js';
import { type DraftingPair, isOfPair, pairFields } from './drafting-pair.js';
import { hashPrompts, keptTokens, runPrompt } from './prompt-run.js';

/** Tokens that are drafted a round, one length a text. */
const lengths = [1, 3, 7];

/**
 * What rounds take on prompts, plain ones and ones that draft in turn in every text. Rounds measured one length after the other
 * over the same few tokens keep all that they need in the processor's caches, and their lower quartiles leave out what
 * passes of two models stand still for each other: heads on ONNX Runtime take a tenth more in texts.
 */
export function roundsInTextsStep(
  pair: DraftingPair,
  { prompts, clock }: { readonly prompts: readonly (readonly number[])[]; readonly clock: () => number },
): ProfileStep {
  const { target, drafter, sampling, rule } = pair;
  const fields = pairFields(pair);
  const promptsSha256 = hashPrompts(prompts);
  return {
    name: `rounds of ${drafter.name} in texts`,
    weight: prompts.length === 0 ? 0 : 3,
    isDone: (profile) =>
      prompts.length === 0 ||
      profile.roundsInTexts?.some(
        (entry) => isOfPair(entry, fields) && entry.promptsSha256 === promptsSha256,
      ) === true,
    async measure(profile, milliseconds, signal) {
      const started = clock();
      let timed = noTurns;
      let texts = 0;
      for (const [index, prompt] of prompts.entries()) {
        const length = lengths[index % lengths.length] as number;
        const promptTokens = keptTokens(target.model, prompt);
        const begins = Math.floor(index / lengths.length) % 2 === 0;
        const { controller, turns } = createRecordingTurns(length, { begins, promptTokens });
        const decoding = { target: target.model, drafter, sampling, rule, clock, signal };
        if (!(await runPrompt({ ...decoding, draftLength: controller }, prompt, index))) return;
        timed = addTurns(timed, turns());
        texts += 1;
        if (clock() - started > milliseconds) break;
      }
      // A context may have no room for a draft.
      if (timed.drafting.length === 0) return;
      const { plain, drafting } = timed;
      const entry = { ...fields, promptsSha256, texts, plain, drafting: [...drafting] };
      profile.roundsInTexts = [...(profile.roundsInTexts ?? []), entry];
    },
  };
}
