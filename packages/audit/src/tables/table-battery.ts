import type { AllowedTokens } from '@foretoken/core';
import { randomTable } from '@foretoken/core/testing';
import type { AuditTable } from './audit-table.js';

const prompt = [0, 1, 2, 0, 1, 2, 0, 1];

/**
 * The tables of the sampled audit. On both `penalised` ones every sampled mutant's law of the tokens up to the first
 * wrong position is at least .05 of total variation away from the target's (asserted by enumeration in
 * mutants.test.ts), so that the default number of draws must find it; seeds were searched for that. `truncated` runs
 * the settings that cut distributions.
 */
export const tableBattery: readonly AuditTable[] = [
  ...[127, 161].map((seed) => ({
    name: `penalised ${seed}`,
    vocabularySize: 3,
    target: randomTable(seed, 3, 'smooth'),
    draft: randomTable(1000 + seed, 3, 'smooth'),
    sampling: { frequencyPenalty: 0.6 },
    prompt,
    draftLength: 2,
  })),
  {
    name: 'truncated',
    vocabularySize: 4,
    target: randomTable(31, 4, 'smooth'),
    draft: randomTable(1031, 4, 'ties'),
    sampling: { temperature: 0.8, topK: 3, minP: 0.1 },
    prompt,
    draftLength: 2,
  },
];

/**
 * Where rules that take trees are drawn with trees; of every tree mutant's law of the tokens up to the first wrong
 * position the same holds as above.
 */
export const treeBattery: readonly [AuditTable, AuditTable] = [tableOfTrees(138), tableOfTrees(150)];

/** The one that every rule of trees is drawn on. */
export const treeTable: AuditTable = treeBattery[0];

/**
 * The tables where outputs are under a mask, as a grammar's is: one of the tokens is forbidden everywhere, two at the
 * third position after token 0. Of every mask mutant's law the same holds as above.
 */
export const maskedBattery: readonly AuditTable[] = [174, 100].map((seed) => ({
  name: `masked ${seed}`,
  vocabularySize: 3,
  target: randomTable(seed, 3, 'smooth'),
  draft: randomTable(1000 + seed, 3, 'smooth'),
  sampling: { allowedTokens: maskOf(3) },
  prompt,
  draftLength: 2,
}));

export const maskedTreeTable: AuditTable = {
  ...tableOfTrees(138),
  name: 'masked trees 138',
  sampling: { allowedTokens: maskOf(4) },
};

function maskOf(vocabularySize: number): AllowedTokens {
  return {
    mask(history) {
      const position = history.length - prompt.length;
      const last = history.at(-1) as number;
      const mask = new Uint8Array(vocabularySize).fill(1);
      mask[(last + position) % vocabularySize] = 0;
      if (position === 2 && last === 0) mask[(last + position + 1) % vocabularySize] = 0;
      return mask;
    },
  };
}

function tableOfTrees(seed: number): AuditTable {
  return {
    name: `trees ${seed}`,
    vocabularySize: 4,
    target: randomTable(seed, 4, 'smooth'),
    draft: randomTable(1000 + seed, 4, 'smooth'),
    sampling: { frequencyPenalty: 0.6 },
    prompt,
    draftLength: 5,
    widths: [2, 2],
  };
}
