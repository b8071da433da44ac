import { isDeepStrictEqual } from 'node:util';
import { lowerQuartile } from '@foretoken/core';
import type { TreePassesEntry } from '../../profile/profile-schema.js';
import { anyTokens } from '../any-tokens.js';
import { leavesOfWidths } from '../leaves-of-widths.js';
import { parentsOfWidths } from '../parents-of-widths.js';
import { configurationOf, type ProfiledModel } from '../profiled-model.js';
import type { ProfileStep } from '../profile-step.js';

const shapes = [[2], [4], [2, 2], [8], [4, 2], [2, 2, 2], [4, 2, 1, 1], [4, 2, 2], [8, 2, 1], [4, 2, 2, 1]];
const wantedContextTokens = 64;
/** A shape's tree and chain take turns at least so often: fewer say too little. */
const fewestTurns = 4;

/** What passes over trees cost, beside chains of as many tokens; of a model that reads none, that it does not. */
export function treePassesStep(profiled: ProfiledModel, clock: () => number): ProfileStep {
  const { model, id } = profiled;
  const configuration = configurationOf(profiled);
  const { maximumLeaves, maximumPassTokens } = model.capabilities;
  const contextTokens = Math.min(wantedContextTokens, model.contextLength >> 1);
  const longest = Math.min(maximumPassTokens, model.contextLength - contextTokens);
  const trees = shapes
    .map((widths) => ({ widths, parents: [-1, ...parentsOfWidths(widths).map((parent) => parent + 1)] }))
    .filter(({ widths, parents }) => parents.length <= longest && leavesOfWidths(widths) <= maximumLeaves);
  return {
    name: `tree passes of ${id}`,
    weight: trees.length === 0 ? 0 : 1,
    isDone: (profile) =>
      profile.treePasses.some((entry) => isDeepStrictEqual(entry.configuration, configuration)),
    async measure(profile, milliseconds, signal) {
      const measured: TreePassesEntry['trees'] = [];
      if (trees.length === 0) {
        profile.treePasses.push({ configuration, contextTokens, trees: measured });
        return;
      }
      const sequence = model.createSequence();
      try {
        const prefix = anyTokens(contextTokens, model.vocabularySize);
        await model.forward([{ sequence, tokens: prefix, rows: 'none' }], { signal });
        const time = async (tokens: readonly number[], parents?: readonly number[]): Promise<number> => {
          const start = clock();
          const shape = parents === undefined ? {} : { parents };
          await model.forward([{ sequence, tokens, ...shape, rows: 'all' }], { signal });
          const taken = clock() - start;
          sequence.doRollback(contextTokens);
          return taken;
        };
        const start = clock();
        for (const [index, { widths, parents }] of trees.entries()) {
          const tokens = anyTokens(parents.length, model.vocabularySize);
          const until = start + (milliseconds * (index + 1)) / trees.length;
          const times: { readonly tree: number[]; readonly chain: number[] } = { tree: [], chain: [] };
          // The first turn brings caches and threads from the shape before.
          for (let turn = 0; turn <= fewestTurns || clock() < until; turn++) {
            const [tree, chain] = [await time(tokens, parents), await time(tokens)];
            if (turn === 0) continue;
            times.tree.push(tree);
            times.chain.push(chain);
          }
          measured.push({
            widths: [...widths],
            tokens: parents.length,
            milliseconds: lowerQuartile(times.tree),
            chainMilliseconds: lowerQuartile(times.chain),
          });
        }
      } finally {
        sequence.close();
      }
      profile.treePasses.push({ configuration, contextTokens, trees: measured });
    },
  };
}
