import type { Profile, RoundsInTextsEntry } from '../../profile/profile-schema.js';
import type { ProfileStep } from '../profile-step.js';
import { addTexts, noText } from '../timed-text.js';
import { type DraftingPair, isOnPrompts, pairFields } from './drafting-pair.js';
import { hashPrompts } from './prompt-run.js';
import { type DraftingWay, textsOf, timeTexts } from './time-texts.js';

/** Tokens that are drafted a round, one length a text. */
const lengths = [1, 3, 7];

/**
 * What rounds take on prompts, each decoded plainly and with drafts. Rounds measured one length after the other
 * over the same few tokens keep all that they need in the processor's caches, and their lower quartiles leave out what
 * passes of two models stand still for each other: heads on ONNX Runtime take a tenth more in texts. Every text that is done counts,
 * and a later run goes on with the next.
 */
export function roundsInTextsStep(
  pair: DraftingPair,
  { prompts, clock }: { readonly prompts: readonly (readonly number[])[]; readonly clock: () => number },
): ProfileStep {
  const { drafter } = pair;
  const fields = pairFields(pair);
  const promptsSha256 = hashPrompts(prompts);
  const allTexts = textsOf(prompts, lengths);
  const find = (profile: Profile): RoundsInTextsEntry | undefined =>
    profile.roundsInTexts?.find((entry) => isOnPrompts(entry, fields, promptsSha256));
  return {
    name: `rounds of ${drafter.name} in texts`,
    // Predictions depend on them most, and a machine that others share is slower for seconds at a time.
    weight: allTexts === 0 ? 0 : 6,
    isDone: (profile) => (find(profile)?.texts ?? 0) >= allTexts,
    async measure(profile, milliseconds, signal) {
      const ways = lengths.map((length): DraftingWay => ({ length, use: (decode) => decode(drafter) }));
      const known = find(profile);
      const options = { prompts, known, clock, milliseconds, signal };
      const { texts, timed } = await timeTexts(pair, ways, options);
      const { plain, drafting } = [known ?? noText, ...timed].reduce(addTexts);
      // A context may have no room for a draft.
      if (drafting.length === 0) return;
      const entry = { ...fields, promptsSha256, texts, plain, drafting: [...drafting] };
      const others = profile.roundsInTexts?.filter((other) => other !== known) ?? [];
      profile.roundsInTexts = [...others, entry];
    },
  };
}
