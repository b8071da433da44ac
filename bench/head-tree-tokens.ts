/**
 * Tokens committed per target pass by chains and by sampled trees of at most 16 nodes, of the EAGLE and HASS heads on the
 * embedded target: 64 prompts of 128 tokens of application code, 128 tokens each, at temperature 1 and greedy. Counts, no
 * times. Run: npx tsx bench/head-tree-tokens.ts (after npm run build; 10 minutes).
 */
import { createEagleDrafter } from '@foretoken/core';
import { llamacppBackend } from '@foretoken/llamacpp-backend';
import { loadHead } from '@foretoken/onnx-backend';
import { tinyHeads, tinyModels } from '@foretoken/tiny-models';
import { applicationCode, TokensPerPass } from './support/tokens-per-pass.js';
import { writeResult } from './support/write-result.js';

const nodes = 16;
const maximumTokens = 128;
const seed = 20261129;
const threads = 1;
const temperatures = [1, 0];
const names = ['eagle', 'hass'] as const;

const target = await llamacppBackend.loadModel(tinyModels.target, { threads });
const texts = await applicationCode();
const tokens = new TokensPerPass(target, texts, maximumTokens, seed);
for (const temperature of temperatures) {
  for (const drafter of names) {
    const head = await loadHead(tinyHeads[drafter], { target: tinyModels.target, threads });
    const setup = { drafter, temperature, draftLength: nodes };
    const greedy = temperature === 0;
    await tokens.measure({
      ...setup,
      name: 'chain 16',
      rule: greedy ? 'tokenwise' : 'block',
      create: () => createEagleDrafter({ head, target }),
    });
    // On certain guesses no rule keeps more than another.
    await tokens.measure({
      ...setup,
      name: 'sampled',
      rule: greedy ? 'recursive-rejection' : 'traversal',
      create: () => createEagleDrafter({ head, target, tree: { kind: 'sampled', nodes } }),
    });
    await head.close();
  }
}
await target.close();
await writeResult('head-tree-tokens', {
  seed,
  prompts: texts.length,
  maximumTokens,
  rows: tokens.totals,
  treeOverChain: names.flatMap((drafter) =>
    temperatures.map((temperature) => tokens.treeOverChain(drafter, temperature)),
  ),
});
