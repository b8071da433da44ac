/**
 * Host cost of a round: eight rows of 151,936 logits to probabilities, and the verification of a seven-token
 * draft against them. Run: npx tsx bench/host-cost.ts (after npm run build).
 */
import { writeFile } from 'node:fs/promises';
import os from 'node:os';
import {
  createLogitsTransform,
  createRequestRandom,
  type Draft,
  drawToken,
  type SamplingSettings,
  type VerificationRule,
  verificationRules,
} from '@foretoken/core';

const vocabularySize = 151_936;
const length = 7;
const repetitions = 60;
const seed = 20261124;

const cases: readonly { name: string; settings: SamplingSettings; goal: number }[] = [
  {
    name: 'temperature 0.8, top-k 40, top-p 0.95',
    settings: { temperature: 0.8, topK: 40, topP: 0.95 },
    goal: 2,
  },
  { name: 'temperature 1', settings: { temperature: 1 }, goal: 8 },
];

const random = createRequestRandom({ seed });
/** Logits as a model gives them: most far below a few; the draft's are the target's with noise. */
function logitsRow(row: number, noise: number): Float32Array {
  const keyed = random.round(row);
  return Float32Array.from({ length: vocabularySize }, (_, token) => {
    const gaussian = (index: number): number =>
      Math.sqrt(-2 * Math.log(1 - keyed.uniform('sample', 0, token, index))) *
      Math.cos(2 * Math.PI * keyed.uniform('sample', 0, token, index + 1));
    return 3 * gaussian(0) + (noise > 0 ? noise * gaussian(2) : 0);
  });
}

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] as number;
}

const targetLogits = Array.from({ length: length + 1 }, (_, row) => logitsRow(row, 0));
const draftLogits = Array.from({ length }, (_, row) => logitsRow(row, 0.3));
const results: object[] = [];
for (const { name, settings, goal } of cases) {
  const targetTransform = createLogitsTransform(settings, vocabularySize);
  const draftTransform = targetTransform.clone();
  const distributions = draftLogits.map((logits, slot) => draftTransform.apply(logits, [], slot));
  const tokens = distributions.map((distribution, node) =>
    drawToken(distribution, random.round(99).uniform('draft', 0, node, 0)),
  );
  const draft: Draft = {
    tokens,
    distributions,
    parents: tokens.map((_, node) => node - 1),
    drafters: tokens.map(() => 'bench'),
  };
  for (const rule of verificationRules.values()) {
    const times = Array.from({ length: repetitions + 10 }, (_, repetition) => round(draft, rule, repetition));
    const counted = times.slice(10);
    const [median, low, high] = [0.5, 0.1, 0.9].map((share) => percentile(counted, share));
    results.push({ settings: name, rule: rule.name, median, p10: low, p90: high, goal });
    console.log(
      `${name}, ${rule.name}: ${median?.toFixed(2)} ms [${low?.toFixed(2)}, ${high?.toFixed(2)}], goal ${goal}`,
    );
  }

  function round(proposed: Draft, rule: VerificationRule, repetition: number): number {
    const start = performance.now();
    const rows = targetLogits.map((logits, slot) => targetTransform.apply(logits, [], slot));
    rule.verify(proposed, rows, random.verification(rule, proposed, repetition));
    return performance.now() - start;
  }
}
const machine = { processor: os.cpus()[0]?.model.trim(), node: process.version };
await writeFile(
  new URL('results/host-cost.json', import.meta.url),
  `${JSON.stringify({ command: 'npx tsx bench/host-cost.ts', machine, seed, vocabularySize, draftLength: length, results }, null, 2)}\n`,
);
