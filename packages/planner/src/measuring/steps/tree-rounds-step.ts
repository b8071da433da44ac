import { isDeepStrictEqual } from 'node:util';
import type { Profile, TreeRoundsEntry } from '../../profile/profile-schema.js';
import { leavesOfWidths } from '../leaves-of-widths.js';
import { parentsOfWidths } from '../parents-of-widths.js';
import type { ProfileStep } from '../profile-step.js';
import { addTexts, addTimed, noText, type TimedText } from '../timed-text.js';
import { isOnPrompts, pairFields } from './drafting-pair.js';
import { hashPrompts } from './prompt-run.js';
import type { TreePair } from './tree-acceptance-step.js';
import { type DraftingWay, textsOf, timeTexts } from './time-texts.js';

/** Few, so that each is measured often: a small one, and those that acceptance and passes are measured with. */
const shapes: readonly (readonly number[])[] = [
  [2, 1],
  [2, 2, 1],
  [4, 2, 1, 1],
];

/**
 * What rounds that draft trees take on prompts, one shape a text, beside plain ones: a tree costs the host more than a chain
 * of as many tokens, and a small target a good part of its pass. Every text that is done counts, and a later run goes on with the next.
 */
export function treeRoundsStep(
  pair: TreePair,
  { prompts, clock }: { readonly prompts: readonly (readonly number[])[]; readonly clock: () => number },
): ProfileStep {
  const { target } = pair;
  const fields = pairFields({ ...pair, drafter: { name: pair.name } });
  const promptsSha256 = hashPrompts(prompts);
  const { maximumLeaves, maximumPassTokens } = target.model.capabilities;
  const fitting = shapes.filter(
    (widths) => leavesOfWidths(widths) <= maximumLeaves && parentsOfWidths(widths).length < maximumPassTokens,
  );
  const find = (profile: Profile): TreeRoundsEntry | undefined =>
    profile.treeRounds?.find((entry) => isOnPrompts(entry, fields, promptsSha256));
  const allTexts = textsOf(prompts, fitting);
  return {
    name: `rounds with trees of ${pair.name}`,
    weight: allTexts === 0 ? 0 : 3,
    isDone: (profile) => (find(profile)?.texts ?? 0) >= allTexts,
    async measure(profile, milliseconds, signal) {
      const ways = fitting.map(
        (widths): DraftingWay => ({
          length: parentsOfWidths(widths).length,
          use: async (decode) => {
            const drafter = pair.createDrafter({ kind: 'static', widths });
            try {
              return await decode(drafter);
            } finally {
              await drafter.close();
            }
          },
        }),
      );
      const known = find(profile);
      const options = { prompts, known, clock, milliseconds, signal };
      const { texts, timed } = await timeTexts(pair, ways, options);
      const trees = fitting.flatMap((widths, shape) => {
        const before = known?.trees.filter((tree) => isDeepStrictEqual(tree.widths, widths)) ?? [];
        // Drawn siblings may be the same token: at temperature 1 most trees have fewer nodes than their shape.
        const [, ...now] = (timed[shape] as TimedText).drafting;
        const drafts = [...before, ...now];
        // The context has no room for a tree, or no text was left for this one.
        return drafts.length === 0 ? [] : [{ ...drafts.reduce(addTimed), widths: [...widths] }];
      });
      // Of all shapes together, which take turns: plain rounds of twelve texts differ by a tenth from those of twelve others.
      const plain = addTimed(known?.plain ?? noText.plain, timed.reduce(addTexts, noText).plain);
      if (trees.length === 0 || plain.rounds === 0) return;
      const entry = { ...fields, promptsSha256, texts, plain, trees };
      const others = profile.treeRounds?.filter((other) => other !== known) ?? [];
      profile.treeRounds = [...others, entry];
    },
  };
}
