import type { ProfileStep } from '../profile-step.js';
import { addTexts } from '../timed-text.js';
import { type DraftingPair, isOnPrompts, pairFields } from './drafting-pair.js';
import { hashPrompts } from './prompt-run.js';
import { type DraftingWay, timeTexts } from './time-texts.js';

/** Tokens that are drafted a round, one length a text. */
const lengths = [1, 3, 7];

/**
 * What rounds take on prompts, each decoded plainly and with drafts. Rounds measured one length after the other
 * over the same few tokens keep all that they need in the processor's caches, and their lower quartiles leave out what
 * passes of two models stand still for each other: heads on ONNX Runtime take a tenth more in texts.
 */
export function roundsInTextsStep(
  pair: DraftingPair,
  { prompts, clock }: { readonly prompts: readonly (readonly number[])[]; readonly clock: () => number },
): ProfileStep {
  const { drafter } = pair;
  const fields = pairFields(pair);
  const promptsSha256 = hashPrompts(prompts);
  return {
    name: `rounds of ${drafter.name} in texts`,
    // Predictions depend on them most, and a machine that others share is slower for seconds at a time.
    weight: prompts.length === 0 ? 0 : 6,
    isDone: (profile) =>
      prompts.length === 0 ||
      profile.roundsInTexts?.some((entry) => isOnPrompts(entry, fields, promptsSha256)) === true,
    async measure(profile, milliseconds, signal) {
      const ways = lengths.map((length): DraftingWay => ({ length, use: (decode) => decode(drafter) }));
      const measured = await timeTexts(pair, ways, { prompts, clock, milliseconds, signal });
      if (measured === undefined) return;
      const { texts } = measured;
      const timed = measured.timed.reduce(addTexts);
      // A context may have no room for a draft.
      if (timed.drafting.length === 0) return;
      const { plain, drafting } = timed;
      const entry = { ...fields, promptsSha256, texts, plain, drafting: [...drafting] };
      profile.roundsInTexts = [...(profile.roundsInTexts ?? []), entry];
    },
  };
}
