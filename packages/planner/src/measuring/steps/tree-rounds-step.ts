import { measureRoundCosts } from '@foretoken/core';
import { leavesOfWidths } from '../leaves-of-widths.js';
import { parentsOfWidths } from '../parents-of-widths.js';
import type { ProfileStep } from '../profile-step.js';
import { isOfPair, pairFields } from './drafting-pair.js';
import type { TreePair } from './tree-acceptance-step.js';

/** Few, so that each is measured often: a small one, and those that acceptance and passes are measured with. */
const shapes: readonly (readonly number[])[] = [
  [2, 1],
  [2, 2, 1],
  [4, 2, 1, 1],
];

/**
 * What rounds that draft trees cost, measured whole, in turns with plain ones: a tree costs the host more than a chain of as many
 * tokens, and a small target a good part of its pass.
 *
 * @param promptLength tokens in the cache before them; undefined: some default, for want of prompts.
 */
export function treeRoundsStep(
  pair: TreePair,
  promptLength: number | undefined,
  clock: () => number,
): ProfileStep {
  const { target, sampling, rule } = pair;
  const fields = pairFields({ ...pair, drafter: { name: pair.name } });
  const { maximumLeaves, maximumPassTokens } = target.model.capabilities;
  const fitting = shapes.filter(
    (widths) => leavesOfWidths(widths) <= maximumLeaves && parentsOfWidths(widths).length < maximumPassTokens,
  );
  return {
    name: `rounds with trees of ${pair.name}`,
    weight: fitting.length === 0 ? 0 : 2,
    isDone: (profile) =>
      fitting.length === 0 || profile.treeRounds?.some((entry) => isOfPair(entry, fields)) === true,
    async measure(profile, milliseconds, signal) {
      const trees: { widths: number[]; milliseconds: number; plainMilliseconds: number }[] = [];
      let contextTokens = 0;
      for (const widths of fitting) {
        const drafter = pair.createDrafter({ kind: 'static', widths });
        try {
          const lengths = [0, parentsOfWidths(widths).length];
          const budget = milliseconds / fitting.length;
          const options = {
            target: target.model,
            drafter,
            sampling,
            rule,
            lengths,
            promptLength,
            inARow: true,
          };
          const curve = await measureRoundCosts({ ...options, clock, signal, budget });
          const [plainMilliseconds, ofTree] = curve.milliseconds;
          // The context has no room for this tree.
          if (plainMilliseconds === undefined || ofTree === undefined) continue;
          trees.push({ widths: [...widths], milliseconds: ofTree, plainMilliseconds });
          contextTokens = curve.contextTokens;
        } finally {
          await drafter.close();
        }
      }
      if (trees.length > 0)
        profile.treeRounds = [...(profile.treeRounds ?? []), { ...fields, contextTokens, trees }];
    },
  };
}
