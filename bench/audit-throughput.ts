/**
 * Audited draws a second: on the tables, end to end with rows reused, and end to end with own passes, on the embedded
 * pair. Rates include the statistics. The first subject reads most of an engine's rows; the later ones reuse them. Every
 * subject has the 8,000 draws of `--full`. A short audit on the tables comes before the one that is measured, so that no
 * rate is that of code still being compiled. Beside the rates by the clock stand those by processor time, which a busy
 * machine disturbs less; passes run on one thread, so that both are of one core.
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

const warmUpSeconds = 2;
const goals = { tables: 20_000, 'rows reused': 2000, 'own passes': 100 };
const options = { maximumSequences: 48, contextLength: 256, threads: 1 };
const engines = [];
for (const [name, backend] of [
  ['llamacpp', llamacppBackend],
  ['onnx', onnxBackend],
] as const) {
  const target = await backend.loadModel(tinyModels.target, options);
  const draft = await backend.loadModel(tinyModels.draft, options);
  engines.push({ name, models: { target, draft } });
}
const audited = {
  rules: [...verificationRules.values()],
  drafters: [drafterFactories.get('draft-model') as DrafterFactory],
  texts: codePrompts,
};
await runAudit({ ...audited, engines: [], seed: 0, budget: warmUpSeconds });
const loadBefore = os.loadavg()[0];
const processorSeconds = new Map<string, number>();
let running = '';
let used = process.cpuUsage();
/** Charges the processor time since the last call to the step that ran. */
function charge(next: string): void {
  const { user, system } = process.cpuUsage(used);
  processorSeconds.set(running, (processorSeconds.get(running) ?? 0) + (user + system) / 1e6);
  used = process.cpuUsage();
  running = next;
}
const report = await runAudit({
  ...audited,
  engines,
  seed: 1,
  budget: 1800,
  full: true,
  onProgress: ({ step }) => {
    if (step !== running) charge(step);
  },
});
charge('');

function rateOf(mode: string, what: string, draws: number, milliseconds: number) {
  const processor = processorSeconds.get(`${what}: ${mode}`) ?? 0;
  return {
    mode,
    what,
    draws,
    drawsPerSecond: Math.round((1000 * draws) / milliseconds),
    drawsPerProcessorSecond: Math.round(draws / processor),
  };
}
const rates = [
  ...report.tables.map(({ subject, table, laws, milliseconds }) =>
    rateOf(table, subject, laws[0]?.count ?? 0, milliseconds),
  ),
  ...report.engines.flatMap(({ audits }) =>
    audits.map(({ subject, mode, draws, milliseconds }) => rateOf(mode, subject, draws, milliseconds)),
  ),
];
/** All draws of a kind over all their seconds. */
const kinds = new Map<string, { draws: number; seconds: number }>();
for (const { mode, what, draws, drawsPerSecond } of rates) {
  const [, drafter, where] = what.split(', ');
  const kind = where === 'tables' ? `${drafter}, tables` : `${mode}, ${where}`;
  const known = kinds.get(kind) ?? { draws: 0, seconds: 0 };
  kinds.set(kind, { draws: known.draws + draws, seconds: known.seconds + draws / drawsPerSecond });
}
const means = [...kinds].map(([kind, { draws, seconds }]) => ({
  kind,
  draws,
  drawsPerSecond: Math.round(draws / seconds),
}));
for (const { kind, draws, drawsPerSecond } of means)
  console.log(`${kind}: ${draws} at ${drawsPerSecond} a second`);
for (const { mode, what, drawsPerSecond, drawsPerProcessorSecond } of rates)
  console.log(`${what}, ${mode}: ${drawsPerSecond} a second, ${drawsPerProcessorSecond} a processor second`);
console.log(report.verdict.summary);
for (const { models } of engines) {
  await models.draft.close();
  await models.target.close();
}
await writeResult('audit-throughput', {
  goals,
  // Others use this machine too: rates are those of what it had left.
  load: { before: loadBefore, after: os.loadavg()[0] },
  warmUpSeconds,
  seconds: report.seconds,
  means,
  rates,
});
