/**
 * Host cost of a round: eight rows of logits to probabilities, and the verification of a seven-token draft
 * against them, at a large and a small vocabulary. At temperature 1 the path that `createLogitsTransform` takes
 * stands beside plain JavaScript; all are measured in turn within every repetition, so that a busy machine
 * slows all alike, and each after a pause, since a decoder's host waits for the model between rounds. Beside the time passed stands the processor time,
 * which leaves out the turns that a busy machine gave to others. Run: npx tsx bench/host-cost.ts (after npm run build).
 */
import { writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
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
import { machine } from './support/machine.js';

const length = 7;
const repetitions = 100;
const warmUp = 30;
/** Milliseconds before each round. */
const pause = 10;
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

function summary(values: readonly number[]): { median: number; p10: number; p90: number } {
  const sorted = values.toSorted((left, right) => left - right);
  const at = (share: number): number =>
    Number((sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] as number).toFixed(3));
  return { median: at(0.5), p10: at(0.1), p90: at(0.9) };
}

/** A round of one path and one rule, ready to be run again and again. */
interface Entry {
  readonly path: Path;
  readonly rule: VerificationRule;
  readonly times: number[];
  readonly processorTimes: number[];
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
    processorTimes: [],
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
      await sleep(pause);
      const used = process.cpuUsage();
      const start = performance.now();
      entry.run(repetition);
      const time = performance.now() - start;
      const { user, system } = process.cpuUsage(used);
      if (repetition < warmUp) continue;
      entry.times.push(time);
      entry.processorTimes.push((user + system) / 1000);
    }
  }
  for (const { path, rule, times, processorTimes } of entries) {
    const goal = vocabularySize === goalVocabulary ? path.goal : undefined;
    const time = summary(times);
    const processorTime = summary(processorTimes);
    results.push({ vocabularySize, settings: path.name, rule: rule.name, goal, time, processorTime });
    console.log(
      `${vocabularySize} tokens, ${path.name}, ${rule.name}: ${time.median} ms [${time.p10}, ${time.p90}]`,
      `processor ${processorTime.median} [${processorTime.p10}, ${processorTime.p90}]`,
      goal === undefined ? '' : `goal ${goal}`,
    );
  }
}
await writeFile(
  new URL('results/host-cost.json', import.meta.url),
  `${JSON.stringify({ command: 'npx tsx bench/host-cost.ts', machine, seed, draftLength: length, unit: 'ms', pause, repetitions, results }, null, 2)}
`,
);
