/**
 * Host cost of a round: eight rows of logits to probabilities, and the verification of a seven-token draft
 * against them, at a large and a small vocabulary. At temperature 1 the path that `createLogitsTransform` takes
 * stands beside plain JavaScript; all are measured in turn within every repetition, so that a busy machine
 * slows all alike. Run: npx tsx bench/host-cost.ts (after npm run build).
 */
import { writeFile } from 'node:fs/promises';
import os from 'node:os';
import {
  createLogitsTransform,
  createRequestRandom,
  type Distribution,
  type Draft,
  drawToken,
  type SamplingSettings,
  type VerificationRule,
  verificationRules,
} from '@foretoken/core';
import { softmaxInJavaScript } from '../packages/core/src/sampling/softmax-in-javascript.js';

const length = 7;
const repetitions = 100;
const warmUp = 30;
const seed = 20261124;
/** Milliseconds that a round may take at the vocabulary named; the small one has no goal. */
const goalVocabulary = 151_936;
const vocabularySizes = [goalVocabulary, 8192];

/** One way from logits to probabilities. */
interface Path {
  readonly name: string;
  readonly goal: number | undefined;
  /** A new set of row buffers. */
  createRows(vocabularySize: number): (logits: Float32Array, slot: number) => Distribution;
}

const paths: readonly Path[] = [
  shipped('temperature 0.8, top-k 40, top-p 0.95', { temperature: 0.8, topK: 40, topP: 0.95 }, 2),
  shipped('temperature 1', { temperature: 1 }, 8),
  {
    name: 'temperature 1, in JavaScript',
    goal: undefined,
    createRows(vocabularySize) {
      const rows: Float64Array[] = [];
      return (logits, slot) => {
        const probabilities = (rows[slot] ??= new Float64Array(vocabularySize));
        softmaxInJavaScript(logits, 1, probabilities);
        return { tokens: undefined, probabilities };
      };
    },
  },
];

function shipped(name: string, settings: SamplingSettings, goal: number): Path {
  return {
    name,
    goal,
    createRows(vocabularySize) {
      const transform = createLogitsTransform(settings, vocabularySize);
      return (logits, slot) => transform.apply(logits, [], slot);
    },
  };
}

const random = createRequestRandom({ seed });
/** Logits as a model gives them: most far below a few; the draft's are the target's with noise. */
function logitsRow(vocabularySize: number, row: number, noise: number): Float32Array {
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

/** A round of one path and one rule, ready to be run again and again. */
interface Entry {
  readonly path: Path;
  readonly rule: VerificationRule;
  readonly times: number[];
  run(repetition: number): void;
}

function entriesOf(path: Path, targetLogits: Float32Array[], draftLogits: Float32Array[]): Entry[] {
  const vocabularySize = targetLogits[0]?.length ?? 0;
  const toTargetRow = path.createRows(vocabularySize);
  const distributions = draftLogits.map(path.createRows(vocabularySize));
  const tokens = distributions.map((distribution, node) =>
    drawToken(distribution, random.round(99).uniform('draft', 0, node, 0)),
  );
  const draft: Draft = {
    tokens,
    distributions,
    parents: tokens.map((_, node) => node - 1),
    drafters: tokens.map(() => 'bench'),
  };
  return [...verificationRules.values()].map((rule) => ({
    path,
    rule,
    times: [],
    run(repetition) {
      const rows = targetLogits.map(toTargetRow);
      rule.verify(draft, rows, random.verification(rule, draft, repetition));
    },
  }));
}

const results: object[] = [];
for (const vocabularySize of vocabularySizes) {
  const targetLogits = Array.from({ length: length + 1 }, (_, row) => logitsRow(vocabularySize, row, 0));
  const draftLogits = Array.from({ length }, (_, row) => logitsRow(vocabularySize, row, 0.3));
  const entries = paths.flatMap((path) => entriesOf(path, targetLogits, draftLogits));
  for (let repetition = 0; repetition < warmUp + repetitions; repetition++) {
    for (const entry of entries) {
      const start = performance.now();
      entry.run(repetition);
      if (repetition >= warmUp) entry.times.push(performance.now() - start);
    }
  }
  for (const { path, rule, times } of entries) {
    const [median, p10, p90] = [0.5, 0.1, 0.9].map((share) => Number(percentile(times, share).toFixed(3)));
    const goal = vocabularySize === goalVocabulary ? path.goal : undefined;
    results.push({ vocabularySize, settings: path.name, rule: rule.name, median, p10, p90, goal });
    const aim = goal === undefined ? '' : `, goal ${goal}`;
    console.log(`${vocabularySize} tokens, ${path.name}, ${rule.name}: ${median} ms [${p10}, ${p90}]${aim}`);
  }
}
const machine = { processor: os.cpus()[0]?.model.trim(), node: process.version };
await writeFile(
  new URL('results/host-cost.json', import.meta.url),
  `${JSON.stringify({ command: 'npx tsx bench/host-cost.ts', machine, seed, draftLength: length, unit: 'ms', repetitions, results }, null, 2)}
`,
);
