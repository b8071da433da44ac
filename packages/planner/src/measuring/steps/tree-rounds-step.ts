import { leavesOfWidths } from '../leaves-of-widths.js';
import { parentsOfWidths } from '../parents-of-widths.js';
import type { ProfileStep } from '../profile-step.js';
import { addTexts, addTimed, type TimedText } from '../timed-text.js';
import { isOnPrompts, pairFields } from './drafting-pair.js';
import { hashPrompts } from './prompt-run.js';
import type { TreePair } from './tree-acceptance-step.js';
import { type DraftingWay, timeTexts } from './time-texts.js';

/** Few, so that each is measured often: a small one, and those that acceptance and passes are measured with. */
const shapes: readonly (readonly number[])[] = [
  [2, 1],
  [2, 2, 1],
  [4, 2, 1, 1],
];

/**
 * What rounds that draft trees take on prompts, one shape a text, beside plain ones: a tree costs the host more than a chain
 * of as many tokens, and a small target a good part of its pass.
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
  const isEmpty = fitting.length === 0 || prompts.length === 0;
  return {
    name: `rounds with trees of ${pair.name}`,
    weight: isEmpty ? 0 : 3,
    isDone: (profile) =>
      isEmpty || profile.treeRounds?.some((entry) => isOnPrompts(entry, fields, promptsSha256)) === true,
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
      const measured = await timeTexts(pair, ways, { prompts, clock, milliseconds, signal });
      if (measured === undefined) return;
      const { texts, timed } = measured;
      const trees = fitting.flatMap((widths, shape) => {
        // Drawn siblings may be the same token: at temperature 1 most trees have fewer nodes than their shape.
        const [, ...drafts] = (timed[shape] as TimedText).drafting;
        // The context has no room for a tree, or no text was left for this one.
        return drafts.length === 0 ? [] : [{ ...drafts.reduce(addTimed), widths: [...widths] }];
      });
      // Of all shapes together, which take turns: plain rounds of twelve texts differ by a tenth from those of twelve others.
      const { plain } = timed.reduce(addTexts);
      if (trees.length === 0 || plain.rounds === 0) return;
      const entry = { ...fields, promptsSha256, texts, plain, trees };
      profile.treeRounds = [...(profile.treeRounds ?? []), entry];
    },
  };
}
