/**
 * Tokens committed per target pass by chains and by sampled trees of at most 16 nodes, of the EAGLE and HASS heads on the
 * embedded target, on both engines: 64 prompts of 128 tokens of application code, 128 tokens each, at temperature 1 (drawn
 * twice) and greedy. Counts, no times.
 *
 * Run: npx tsx bench/head-tree-tokens.ts (after npm run build). One engine: --backend llamacpp, 20 minutes. Fewer prompts:
 * --prompts 16.
 */
import { type Backend, createEagleDrafter, type LanguageModel } from '@foretoken/core';
import { loadHead } from '@foretoken/onnx-backend';
import { tinyHeads, tinyModels } from '@foretoken/tiny-models';
import { measureTokensPerPass, threads, type TokensSetup, treeOverChain } from './support/tokens-per-pass.js';

const nodes = 16;
const temperatures = [1, 0];
const names = ['eagle', 'hass'] as const;

async function* setups(_: Backend, target: LanguageModel): AsyncIterable<TokensSetup> {
  for (const temperature of temperatures) {
    for (const drafter of names) {
      const head = await loadHead(tinyHeads[drafter], { target: tinyModels.target, threads });
      const greedy = temperature === 0;
      const shared = { drafter, temperature, draftLength: nodes, draws: greedy ? 1 : 2 };
      yield {
        ...shared,
        name: 'chain 16',
        rule: greedy ? 'tokenwise' : 'block',
        create: () => createEagleDrafter({ head, target }),
      };
      // On certain guesses no rule keeps more than another.
      yield {
        ...shared,
        name: 'sampled',
        rule: greedy ? 'recursive-rejection' : 'traversal',
        create: () => createEagleDrafter({ head, target, tree: { kind: 'sampled', nodes } }),
      };
      await head.close();
    }
  }
}

await measureTokensPerPass({
  name: 'head-tree-tokens',
  seed: 20261129,
  maximumTokens: 128,
  setups,
  compare: (rows) =>
    names.flatMap((drafter) => temperatures.map((temperature) => treeOverChain(rows, drafter, temperature))),
});
