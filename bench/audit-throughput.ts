/**
 * Audited draws a second: on the tables, end to end with rows reused, and end to end with own passes, on the embedded
 * pair. Rates include the statistics. The first subject reads most of an engine's rows; the later ones reuse them.
 * Run: npx tsx bench/audit-throughput.ts (after npm run build).
 */
import os from 'node:os';
import { runAudit } from '@foretoken/audit';
import { type DrafterFactory, drafterFactories, verificationRules } from '@foretoken/core';
import { llamacppBackend } from '@foretoken/llamacpp-backend';
import { onnxBackend } from '@foretoken/onnx-backend';
import { tinyModels } from '@foretoken/tiny-models';
import { codePrompts } from '../apps/cli/src/prompts/code-prompts.js';
import { writeResult } from './support/write-result.js';

const goals = { tables: 20_000, 'rows reused': 2000, 'own passes': 100 };
const options = { maximumSequences: 10, contextLength: 256 };
const engines = [];
for (const [name, backend] of [
  ['llamacpp', llamacppBackend],
  ['onnx', onnxBackend],
] as const) {
  const target = await backend.loadModel(tinyModels.target, options);
  const draft = await backend.loadModel(tinyModels.draft, options);
  engines.push({ name, models: { target, draft } });
}
const loadBefore = os.loadavg()[0];
const started = process.cpuUsage();
const report = await runAudit({
  engines,
  rules: [...verificationRules.values()],
  drafters: [drafterFactories.get('draft-model') as DrafterFactory],
  texts: codePrompts,
  seed: 1,
  budget: 900,
});
const used = process.cpuUsage(started);
const rate = (draws: number, milliseconds: number): number => Math.round((1000 * draws) / milliseconds);
const rates = [
  ...report.tables.map(({ subject, table, laws, milliseconds }) => ({
    mode: 'tables',
    what: `${subject}, ${table}`,
    draws: laws[0]?.count,
    drawsPerSecond: rate(laws[0]?.count ?? 0, milliseconds),
  })),
  ...report.engines.flatMap(({ audits }) =>
    audits.map(({ subject, mode, draws, milliseconds }) => ({
      mode,
      what: subject,
      draws,
      drawsPerSecond: rate(draws, milliseconds),
    })),
  ),
];
for (const { mode, what, drawsPerSecond } of rates)
  console.log(`${mode}: ${what}: ${drawsPerSecond} a second`);
console.log(report.verdict.summary);
for (const { models } of engines) {
  await models.draft.close();
  await models.target.close();
}
await writeResult('audit-throughput', {
  goals,
  // Others use this machine too: rates are those of what it had left.
  load: { before: loadBefore, after: os.loadavg()[0] },
  seconds: report.seconds,
  processorSeconds: (used.user + used.system) / 1e6,
  rates,
});
