/**
 * How often the target keeps what its own first layers, or all but some of them, draft: acceptance on code prompts with
 * drafts of three tokens on llama.cpp, greedy and at temperature 1. Nothing is timed: a pass over one token reads every
 * weight once, so the draft's share of the target's weights stands for its cost. The embedded draft model is the
 * comparison. Run: npx tsx bench/early-exit.ts (after npm run build)
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createFixedDraftLength, createModelDrafter, generateText } from '@foretoken/core';
import { llamacppBackend, type LlamacppOptions } from '@foretoken/llamacpp-backend';
import { tinyModels } from '@foretoken/tiny-models';
import { codePrompts } from '../apps/cli/src/prompts/code-prompts.js';
import { writeResult } from './support/write-result.js';

const draftLength = 3;
const prompts = codePrompts.slice(0, 6);
const maximumTokens = 48;
const layerCount = 8;
const seed = 20261128;
const firstLayers = (count: number): number[] => Array.from({ length: count }, (_, layer) => layer);

const drafts: readonly (readonly [name: string, options: LlamacppOptions | undefined])[] = [
  ...[1, 2, 4, 6, 7].map((count) => [`early-exit:${count}`, { layers: firstLayers(count) }] as const),
  ...firstLayers(layerCount).map((layer) => [`skip-layers:${layer}`, { skipLayers: [layer] }] as const),
  ['skip-layers:3,5', { skipLayers: [3, 5] }],
  ['skip-layers:2,4,6', { skipLayers: [2, 4, 6] }],
  ['embedded draft', undefined],
];

const cacheFolder = await mkdtemp(path.join(tmpdir(), 'foretoken-early-exit-'));
const shared = { threads: 1, cacheFolder } as const;
const target = await llamacppBackend.loadModel(tinyModels.target, shared);
const rows = [];
try {
  for (const [name, options] of drafts) {
    const draft = await llamacppBackend.loadModel(
      options === undefined ? tinyModels.draft : tinyModels.target,
      { ...shared, ...options },
    );
    const share = draft.memory().weights / target.memory().weights;
    const row: Record<string, string | number> = {
      draft: name,
      "weights, of the target's": rounded(share),
    };
    for (const temperature of [0, 1]) {
      const totals = { accepted: 0, drafted: 0, committed: 0, rounds: 0 };
      for (const prompt of prompts) {
        const drafter = createModelDrafter({ model: draft, target });
        const { counters } = await generateText({
          target,
          drafter,
          prompt,
          sampling: { temperature },
          maximumTokens,
          ignoreEndTokens: true,
          draftLength: createFixedDraftLength(draftLength),
          seed,
        });
        await drafter.close();
        totals.accepted += counters.acceptedCount;
        totals.drafted += counters.draftedCount;
        totals.committed += counters.committedCount;
        totals.rounds += counters.roundCount;
      }
      const perPass = totals.committed / totals.rounds;
      row[`accepted, temperature ${temperature}`] = rounded(totals.accepted / totals.drafted);
      row[`tokens a pass, temperature ${temperature}`] = rounded(perPass);
      // As if a pass over the draft took the target no longer than one over a single token.
      row[`speed at most, temperature ${temperature}`] = rounded(perPass / (1 + draftLength * share));
    }
    rows.push(row);
    await draft.close();
  }
} finally {
  await target.close();
  await rm(cacheFolder, { recursive: true });
}
console.table(rows);
await writeResult('early-exit', { draftLength, prompts: prompts.length, maximumTokens, seed, rows });

function rounded(value: number): number {
  return Number(value.toFixed(3));
}
