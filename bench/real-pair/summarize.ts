/**
 * What run.ts measured so far, with what bound.ts and differences.ts found: goals and what was reached, written to
 * bench/results/real-pair.json, or beside the runs of FILE, and printed. Ratios are geometric means over prompts, each the mean over its repeats, with
 * 95 % bootstrap intervals over prompts.
 *
 * Run: npx tsx bench/real-pair/summarize.ts [--results FILE]
 */
import { parseArgs } from 'node:util';
import { markdownTable } from '../support/markdown-table.js';
import type { MeanRatio } from '../support/mean-ratio.js';
import type { Bound } from './bound.js';
import { promptKinds } from './chat-prompts.js';
import type { TextDifference } from './differences.js';
import { bestLlamaServer, goalsOf, ratiosByKind, singleLosses } from './goals.js';
import { currentRuns, settingsOf } from './ratios.js';
import { RealPairResults } from './result-files.js';
import { readRuns, runsFile } from './runs-file.js';

const { values: given } = parseArgs({ options: { results: { type: 'string', default: runsFile } } });
const runs = currentRuns(await readRuns(given.results));
const [first] = runs;
if (first === undefined) throw new Error(`${given.results} has no runs: bench/real-pair/run.ts measures.`);
const { processor, tokenCount } = first;
const results = new RealPairResults(given.results);
const bounds = (await results.read<{ bounds: Bound[] }>('real-pair-bound', processor))?.bounds ?? [];
const differences = await results.read<{ compared: number; differences: TextDifference[] }>(
  'real-pair-differences',
  processor,
);

const settings = settingsOf(runs).map((setting) => ({
  files: setting.files,
  temperature: setting.temperature,
  bestLlamaServer: bestLlamaServer(setting),
  goals: goalsOf(setting, bounds).map((goal) => ({
    ...goal,
    isReached:
      goal.goal === undefined || goal.reached === undefined ? undefined : goal.reached.ratio >= goal.goal,
  })),
  singlePrompts: singleLosses(setting),
  systems: ratiosByKind(setting),
  prompts: Object.fromEntries(
    [...setting.systems].map(([system, prompts]) => [
      system,
      Object.fromEntries(
        prompts.map(({ prompt, logs }) => [prompt, logs.map((log) => rounded(Math.exp(log)))]),
      ),
    ]),
  ),
}));
const disturbed = runs.filter(({ othersMilliseconds }) => othersMilliseconds > 0);
const result = {
  processor,
  tokenCount,
  setups: Object.fromEntries(runs.map(({ system, setup }) => [system, setup])),
  generations: runs.length,
  disturbedGenerations: disturbed.length,
  settings,
  greedyTexts: differences && {
    compared: differences.compared,
    different: differences.differences.length,
    notNumerics: differences.differences.filter(({ cause }) => cause !== 'numerics'),
  },
};
await results.write(
  'real-pair',
  'summarize',
  JSON.parse(
    JSON.stringify(result, (_, value: unknown) => (typeof value === 'number' ? rounded(value) : value)),
  ) as object,
);

for (const { files, temperature, goals, singlePrompts, systems } of settings) {
  console.log(`\n## ${files}, temperature ${temperature}\n`);
  console.log(
    markdownTable(
      ['measure', 'system', 'goal', 'reached', 'prompts', 'met'],
      goals.map(({ measure, system, goal, reached, isReached }) => [
        measure,
        system,
        goal === undefined ? '' : `>= ${goal}`,
        ratioText(reached),
        String(reached?.prompts ?? 0),
        isReached === undefined ? '' : isReached ? 'yes' : 'no',
      ]),
    ),
  );
  console.log('\nSpeed over our plain loop on the same engine, same turns:\n');
  console.log(
    markdownTable(
      ['system', 'repeats', 'tokens/s', ...promptKinds, 'all', 'whole requests', 'over plain on llama.cpp'],
      systems.map(({ system, repeats, tokensPerSecond, kinds, all, wholeRequests, overLlamacppPlain }) => [
        system,
        String(repeats),
        tokensPerSecond.toFixed(1),
        ...promptKinds.map((kind) => kinds[kind]?.ratio?.toFixed(2) ?? '-'),
        ratioText(all),
        ratioText(wholeRequests),
        ratioText(overLlamacppPlain),
      ]),
    ),
  );
  for (const { system, slower, slowdownFoundHalfOfTheTime: found } of singlePrompts) {
    const list = slower.map(({ prompt, ratio }) => `${prompt} (${ratio.toFixed(3)})`).join(', ');
    const power =
      found === undefined
        ? 'without repeats no test'
        : `found half of the time: ${(100 * found).toFixed(1)} %`;
    console.log(`\nPrompts slower than plain, ${system}: ${list === '' ? 'none' : list} (${power})`);
  }
}
if (bounds.length > 0) {
  console.log('\n## Bound\n');
  console.log(
    markdownTable(
      ['files', 'engine', 'prompt', 'best fixed draft', 'tokens/s', 'over plain'],
      bounds.map(({ files, engine, prompt, drafter, length, tokensPerSecond, plainTokensPerSecond }) => [
        files,
        engine,
        prompt,
        length === 0 ? 'none' : `${drafter}, ${length}`,
        tokensPerSecond.toFixed(1),
        (tokensPerSecond / plainTokensPerSecond).toFixed(2),
      ]),
    ),
  );
}
if (result.greedyTexts !== undefined) {
  const { compared, different, notNumerics } = result.greedyTexts;
  console.log(
    `\nGreedy texts: ${compared} compared with plain, ${different} differ, ${notNumerics.length} of them not by numerics.`,
  );
}
if (disturbed.length > 0)
  console.log(`\nDuring ${disturbed.length} of ${runs.length} generations another system computed.`);

function ratioText(mean: MeanRatio | undefined): string {
  if (mean === undefined) return '-';
  const [lower, upper] = mean.interval95 ?? [];
  const interval = lower === undefined ? '' : ` (${lower.toFixed(2)}-${upper?.toFixed(2)})`;
  return `${mean.ratio.toFixed(3)}${interval}`;
}

function rounded(value: number): number {
  return Number(value.toFixed(4));
}
