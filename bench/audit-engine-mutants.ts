/**
 * Every mutant against the audit on a real engine: the embedded pair on llama.cpp with the default draws, at alpha 1e-6.
 * Says in which layers it is found, and from which token on. No goal is set here: faults that the embedded pair hardly
 * meets need not show on it. Run: npx tsx bench/audit-engine-mutants.ts (after npm run build); ten minutes on two cores.
 */
import { runAudit } from '@foretoken/audit';
import { type Mutant, oneHotReport, sampledMutants } from '@foretoken/audit/mutants';
import { type DrafterFactory, drafterFactories } from '@foretoken/core';
import { llamacppBackend } from '@foretoken/llamacpp-backend';
import { tinyModels } from '@foretoken/tiny-models';
import { codePrompts } from '../apps/cli/src/prompts/code-prompts.js';
import { writeResult } from './support/write-result.js';

const drafter = drafterFactories.get('draft-model') as DrafterFactory;
const options = { maximumSequences: 48, contextLength: 256, threads: 1 };
const target = await llamacppBackend.loadModel(tinyModels.target, options);
const draft = await llamacppBackend.loadModel(tinyModels.draft, options);
const results: object[] = [];
for (const { name, rule, inject } of [...sampledMutants, oneHotReport] satisfies readonly Mutant[]) {
  const { verdict, engines, seconds } = await runAudit({
    rules: [rule],
    drafters: [drafter],
    engines: [{ name: 'llamacpp', models: { target, draft } }],
    texts: codePrompts,
    sampling: { temperature: 0.8, frequencyPenalty: 0.6 },
    budget: 600,
    seed: 1,
    inject,
  });
  const found = verdict.failures.map(({ layer, position, pValue, evidence, cause }) => ({
    layer,
    position,
    pValue,
    evidence,
    cause,
  }));
  const onEngine = found.filter(({ layer }) => layer !== 'tables');
  console.log(
    `${name}: ${verdict.outcome}; ${onEngine.map(({ layer, position, cause }) => `${layer} from token ${position} (${cause})`).join('; ') || 'nothing on the engine'}`,
  );
  results.push({
    mutant: name,
    outcome: verdict.outcome,
    seconds,
    draws: engines[0]?.audits.map(({ mode, draws }) => ({ mode, draws })),
    found,
  });
}
await draft.close();
await target.close();
await writeResult('audit-engine-mutants', { alpha: 1e-6, results });
