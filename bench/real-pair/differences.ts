/**
 * Greedy answers with speculation against plain ones of the same turns: where they part, whether rounding explains it, that
 * is, whether the two tokens' logits are closer than twice what reading the text in passes of one token and of many changes.
 * Needs no quiet machine; what was explained once is kept in the result.
 *
 * Run: npx tsx bench/real-pair/differences.ts --models FOLDER [--minutes 20] [--results FILE]
 */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { compareGreedy, type GreedyDifference } from '@foretoken/core';
import { llamacppBackend } from '@foretoken/llamacpp-backend';
import { onnxBackend } from '@foretoken/onnx-backend';
import { chatPrompts } from './chat-prompts.js';
import { conditions } from './conditions.js';
import { type Engine, enginesOf, isOurs, ownName, ownSystem, plainOf } from './engines.js';
import { openPair, type Pair, type PairName, pairNames } from './pairs.js';
import { planFile } from './plan-files.js';
import { currentRuns } from './ratios.js';
import { RealPairResults } from './result-files.js';
import { modelFolderOf, runOptions, timeLimit } from './run-options.js';
import { readRuns, type Run, runsFile } from './runs-file.js';
import { machine } from '../support/machine.js';

export interface TextDifference extends GreedyDifference {
  readonly files: PairName;
  readonly prompt: string;
  readonly system: string;
  /** Of both texts. */
  readonly texts: string;
}

const { values: given } = parseArgs({
  options: { ...runOptions, results: { type: 'string', default: runsFile } },
});
const folder = modelFolderOf(given);
const isTimeLeft = timeLimit(given.minutes);
const results = new RealPairResults(given.results);
const before = await results.read<{ differences: TextDifference[] }>(
  'real-pair-differences',
  machine.processor,
);
const known = before?.differences ?? [];
const runs = currentRuns(await readRuns(given.results)).filter(({ temperature }) => temperature === 0);
const differences: TextDifference[] = [];
let [compared, left] = [0, 0];
for (const files of pairNames) {
  for (const engine of enginesOf(files)) {
    const own = runs.filter((run) => run.files === files && ownSystem(run.system)?.engine === engine);
    const pairs = comparedTexts(own);
    compared += pairs.length;
    const different = pairs.filter((texts) => texts.plain.join() !== texts.own.join());
    if (different.length > 0) await explain(files, engine, different);
  }
}
if (left > 0) console.log(`Not explained yet: ${left}. Run it again.`);
console.log(`${compared} texts, ${differences.length} differ from plain ones.`);
await results.write('real-pair-differences', 'differences', { compared, left, differences });

interface ComparedText {
  readonly prompt: string;
  readonly system: string;
  readonly plain: readonly number[];
  readonly own: readonly number[];
}

/** Why texts differ, into the differences. */
async function explain(files: PairName, engine: Engine, different: readonly ComparedText[]): Promise<void> {
  const pair = await openPair(files, folder);
  const planName = ownName(engine, 'plan');
  const plansTrees = await hasTrees(pair, engine);
  const prompts = await chatPrompts('measured', pair.target);
  const backend = engine === 'onnx' ? onnxBackend : llamacppBackend;
  const target = await backend.loadModel(pair.target, { ...conditions, maximumSequences: 1 });
  try {
    for (const { prompt, system, plain, own } of different) {
      const texts = createHash('sha256')
        .update(JSON.stringify([plain, own]))
        .digest('hex')
        .slice(0, 16);
      const explained = [...known, ...differences].find((entry) => entry.texts === texts);
      if (explained === undefined && !isTimeLeft()) {
        left += 1;
        continue;
      }
      const tokens = prompts.find(({ id }) => id === prompt)?.tokens ?? [];
      const trees = system === planName && plansTrees;
      const difference = explained ?? (await compareGreedy(target, tokens, plain, own, { trees }));
      // One text may only end earlier: where a limit cut it.
      if (difference === undefined) continue;
      differences.push({ ...difference, files, prompt, system, texts });
      console.log(JSON.stringify(differences.at(-1)));
    }
  } finally {
    await target.close();
  }
}

/** Plain and speculative texts of the same turns. */
function comparedTexts(greedy: readonly Run[]): ComparedText[] {
  const plains = new Map(
    greedy.filter(({ system }) => system === plainOf(system)).map((run) => [run.unit, run]),
  );
  return greedy.flatMap(({ unit, prompt, system, tokens: own }) => {
    const plain = plains.get(unit)?.tokens;
    return isOurs(system) && plain !== undefined && own !== undefined ? [{ prompt, system, plain, own }] : [];
  });
}

/** Whether the plan drafts trees, which are read in passes of another shape. */
async function hasTrees(pair: Pair, engine: Engine): Promise<boolean> {
  const text = await readFile(planFile(folder, pair, 0, engine), 'utf8').catch(() => undefined);
  if (text === undefined) return false;
  const { drafters } = JSON.parse(text) as { drafters: readonly { tree?: unknown }[] };
  return drafters.some(({ tree }) => tree !== undefined);
}
