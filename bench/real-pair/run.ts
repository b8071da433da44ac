/**
 * Our decoding against node-llama-cpp and llama-server on a real pair of models: the same files, token ids, threads and
 * sampling, in processes that take turns, one generation at a time. docs/real-pair.md describes what is measured.
 *
 * Run (after npm run build and npm run build:llama-server -- FOLDER):
 *   npx tsx bench/real-pair/run.ts --models FOLDER --llama-server PROGRAM --minutes 20
 * and again, until it says that nothing is left; then npx tsx bench/real-pair/summarize.ts. Every unit (one prompt by
 * every system) is written to bench/results/real-pair-runs.jsonl when it is done, and is not run again.
 *   --files q8_0|q4_k_m, --temperature 0|1, --repeats 3, --prompts 16, --tokens 192: a part
 *   --systems plain,default,llama-server: these alone, each by its name or the beginning of it
 *   --fresh default: forgets what was measured of a system on this processor, to measure it anew; may be repeated
 *   --minutes 20: begins no unit that would end later
 *   --results FILE: another file, to try something
 */
import os from 'node:os';
import { parseArgs } from 'node:util';
import { chatPrompts } from './chat-prompts.js';
import { conditions } from './conditions.js';
import { ownSystem, plainsBeside } from './engines.js';
import { openPair } from './pairs.js';
import { preparePlan } from './plan-files.js';
import { modelFolderOf, pairsNamed, runOptions } from './run-options.js';
import { RunningSystems } from './running-systems.js';
import { appendRuns, readRuns, rewriteRuns, type Run, runsFile } from './runs-file.js';
import { allSystems, type System, systemsNamed } from './systems.js';
import { missingSystems, seedOf, type Unit, unitsOf } from './units.js';
import { machine } from '../support/machine.js';

const { values: given } = parseArgs({
  options: {
    ...runOptions,
    'llama-server': { type: 'string' },
    files: { type: 'string' },
    temperature: { type: 'string' },
    repeats: { type: 'string', default: '3' },
    prompts: { type: 'string' },
    tokens: { type: 'string', default: String(conditions.tokenCount) },
    systems: { type: 'string' },
    fresh: { type: 'string', multiple: true, default: [] },
    results: { type: 'string', default: runsFile },
  },
});
const modelFolder = modelFolderOf(given);
const tokenCount = Number(given.tokens);
const { processor } = machine;
const allFiles = pairsNamed(given.files);
const temperatures = [0, 1].filter(
  (value) => given.temperature === undefined || value === Number(given.temperature),
);
if (temperatures.length === 0) throw new Error('--temperature takes 0 or 1.');
const known = allSystems({ modelFolder, llamaServer: given['llama-server'] });
const asked = given.systems === undefined ? known : systemsNamed(known, given.systems.split(','));
// Plain decoding is what ratios are taken to.
const baselines = plainsBeside(asked.map(({ name }) => name));
const systems = known.filter((system) => asked.includes(system) || baselines.has(system.name));

let running: RunningSystems | undefined;
let isEnding = false;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (isEnding) return;
    isEnding = true;
    console.log(`${signal}: the unit that is under way is dropped.`);
    void (running?.stop() ?? Promise.resolve()).finally(() =>
      process.exit(128 + os.constants.signals[signal]),
    );
  });
}

const start = performance.now();
const minutes = (): number => (performance.now() - start) / 60_000;
let longestUnit = 0;
const isTimeLeft = (): boolean => minutes() + longestUnit <= Number(given.minutes);

let runs = await readRuns(given.results);
if (given.fresh.length > 0) {
  const forgotten = new Set(systemsNamed(known, given.fresh).map(({ name }) => name));
  runs = runs.filter((run) => run.processor !== processor || !forgotten.has(run.system));
  await rewriteRuns(given.results, runs);
}

let [done, remaining] = [0, 0];
for (const files of allFiles) {
  const pair = await openPair(files, modelFolder);
  const prompts = (await chatPrompts('measured', pair.target)).slice(0, Number(given.prompts ?? Infinity));
  // The shortest one warms up.
  const [warmUp] = (await chatPrompts('profiled', pair.target)).toSorted(
    (left, right) => left.tokens.length - right.tokens.length,
  );
  for (const temperature of temperatures) {
    const own = systems.filter((system) => system.takes(files));
    const units = unitsOf({ files, temperature, tokenCount }, prompts, Number(given.repeats))
      .map((unit) => ({ unit, missing: missingSystems(unit, own, runs, processor) }))
      .filter(({ missing }) => missing.length > 0);
    remaining += units.length;
    if (units.length === 0 || !isTimeLeft()) continue;
    for (const { name } of own) {
      const planned = ownSystem(name);
      if (planned?.way === 'plan') await preparePlan(modelFolder, pair, temperature, planned.engine);
    }
    running = new RunningSystems({ pair, temperature }, warmUp?.tokens ?? []);
    try {
      for (const { unit, missing } of units) {
        if (!isTimeLeft()) break;
        const began = minutes();
        const measured = await runUnit(running, unit, missing);
        if (isEnding) break;
        await appendRuns(given.results, measured);
        longestUnit = Math.max(longestUnit, minutes() - began);
        done += 1;
        remaining -= 1;
        console.log(lineOf(unit, measured));
      }
    } catch (error) {
      // What was stopped on purpose fails where it waits.
      if (!isEnding) throw error;
    } finally {
      if (!isEnding) await running.stop();
    }
  }
}
if (!isEnding) console.log(`${done} units in ${minutes().toFixed(1)} minutes; ${remaining} are left.`);

/** Every system in its turn. */
async function runUnit(systemsUp: RunningSystems, unit: Unit, turns: readonly System[]): Promise<Run[]> {
  const id = new Date().toISOString();
  const { prompt, index: _, ...shared } = unit;
  const measured: Run[] = [];
  for (const [turn, system] of turns.entries()) {
    const { tokens, ...times } = await systemsUp.generate(system, {
      prompt: prompt.tokens,
      tokenCount,
      temperature: unit.temperature,
      seed: seedOf(unit),
    });
    measured.push({
      unit: id,
      ...shared,
      prompt: prompt.id,
      kind: prompt.kind,
      promptCount: prompt.tokens.length,
      system: system.name,
      setup: system.setup,
      processor,
      turn,
      ...times,
      tokens: unit.temperature === 0 ? tokens : undefined,
    });
  }
  return measured;
}

function lineOf({ files, temperature, repeat, prompt }: Unit, measured: readonly Run[]): string {
  const rates = measured.map((run) => {
    const rate = (1000 * (run.count - run.firstCount)) / run.restMilliseconds;
    const disturbed = run.othersMilliseconds > 0 ? ` (others ${run.othersMilliseconds} ms)` : '';
    return `${run.system} ${rate.toFixed(1)}${disturbed}`;
  });
  return `${files} T${temperature} repeat ${repeat + 1} ${prompt.id}, tokens/s: ${rates.join(', ')}`;
}
