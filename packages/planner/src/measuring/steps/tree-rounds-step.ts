import type { Profile, TreeRoundsEntry } from '../../profile/profile-schema.js';
import { leavesOfWidths } from '../leaves-of-widths.js';
import { parentsOfWidths } from '../parents-of-widths.js';
import type { ProfileStep } from '../profile-step.js';
import { addTurns, createRecordingTurns, noTurns, type TimedTurns } from '../recording-turns.js';
import { isOfPair, pairFields } from './drafting-pair.js';
import { hashPrompts, keptTokens, runPrompt } from './prompt-run.js';
import type { TreePair } from './tree-acceptance-step.js';

/** Few, so that each is measured often: a small one, and those that acceptance and passes are measured with. */
const shapes: readonly (readonly number[])[] = [
  [2, 1],
  [2, 2, 1],
  [4, 2, 1, 1],
];

/**
 * What rounds that draft trees take on prompts, one shape a text, in turn with plain ones: a tree costs the host more than a chain
 * of as many tokens, and a small target a good part of its pass.
 */
export function treeRoundsStep(
  pair: TreePair,
  { prompts, clock }: { readonly prompts: readonly (readonly number[])[]; readonly clock: () => number },
): ProfileStep {
  const { target, sampling, rule } = pair;
  const fields = pairFields({ ...pair, drafter: { name: pair.name } });
  const promptsSha256 = hashPrompts(prompts);
  const { maximumLeaves, maximumPassTokens } = target.model.capabilities;
  const fitting = shapes.filter(
    (widths) => leavesOfWidths(widths) <= maximumLeaves && parentsOfWidths(widths).length < maximumPassTokens,
  );
  const isEmpty = fitting.length === 0 || prompts.length === 0;
  const find = (profile: Profile): TreeRoundsEntry | undefined =>
    profile.treeRounds?.find((entry) => isOfPair(entry, fields) && entry.promptsSha256 === promptsSha256);
  return {
    name: `rounds with trees of ${pair.name}`,
    weight: isEmpty ? 0 : 3,
    isDone: (profile) => isEmpty || find(profile) !== undefined,
    async measure(profile, milliseconds, signal) {
      const started = clock();
      const timed = fitting.map(() => noTurns);
      let texts = 0;
      for (const [index, prompt] of prompts.entries()) {
        const shape = index % fitting.length;
        const widths = fitting[shape] as readonly number[];
        const promptTokens = keptTokens(target.model, prompt);
        const begins = Math.floor(index / fitting.length) % 2 === 0;
        const nodes = parentsOfWidths(widths).length;
        const { controller, turns } = createRecordingTurns(nodes, { begins, promptTokens });
        const drafter = pair.createDrafter({ kind: 'static', widths });
        const decoding = { target: target.model, drafter, sampling, rule, clock, signal };
        try {
          if (!(await runPrompt({ ...decoding, draftLength: controller }, prompt, index))) return;
        } finally {
          await drafter.close();
        }
        timed[shape] = addTurns(timed[shape] as TimedTurns, turns());
        texts += 1;
        if (clock() - started > milliseconds) break;
      }
      const trees = fitting.flatMap((widths, shape) => {
        const { plain, drafting } = timed[shape] as TimedTurns;
        const whole = drafting[parentsOfWidths(widths).length];
        // The context has no room for this tree, or no text was left for it.
        return whole === undefined ? [] : [{ widths: [...widths], drafting: whole, plain }];
      });
      if (trees.length > 0)
        profile.treeRounds = [...(profile.treeRounds ?? []), { ...fields, promptsSha256, texts, trees }];
    },
  };
}
