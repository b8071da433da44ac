/**
 * Does a profile predict what is then reached? On both engines, greedy and at temperature 1: half of the Spec-Bench prompts of
 * a sample are profiled with every drafter, and the other half is decoded with two fixed draft lengths of each and with fixed
 * trees of the draft model and of a head, each in turn with plain decoding. Both are done by several processes: a model's place in
 * memory makes one of them up to a tenth faster or slower than the next. What is fixed is predicted whether or not it pays
 * (`predictFixed`), so that predictions are tested where they are needed: where a plan says no. With the draft model and with
 * prompt lookup it is decoded as a plan says too. The commands are those that a user runs.
 *
 * Goals: the predicted speed within 10 % of the measured one for 9 of 10 configurations (drafter, engine, temperature,
 * fixed length or trees); as the plan says, no less than 0.97 times the best fixed length or trees of the same drafter, plain
 * decoding included. Speeds are of all prompts together, which is what is predicted.
 *
 * Run: npx tsx bench/predicted-speed.ts (after npm run build; an hour, two on a slow machine). A part, which writes nothing:
 * --prompts 12 --budget 20s --engine llamacpp --temperature 0 --draft prompt-lookup. With --folder FOLDER profiles and what was
 * measured are kept: the same command goes on where it ended, and once all is measured predicts anew from the profiles.
 */
import { appendFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { llamacppBackend } from '@foretoken/llamacpp-backend';
import {
  afterReading,
  hashModelFile,
  parseProfile,
  type Pipeline,
  type PipelineDrafter,
  type PipelineModels,
  PlanningError,
  type Profile,
  predictFixed,
} from '@foretoken/planner';
import { tinyModels } from '@foretoken/tiny-models';
import { foretoken } from './support/foretoken.js';
import { readJsonLines, toJsonLines } from './support/json-lines.js';
import { geometricMean } from './support/means.js';
import { specBenchPrompts } from './support/spec-bench-prompts.js';
import { writeResult } from './support/write-result.js';

interface Drafting {
  readonly drafter: PipelineDrafter;
  readonly lengths: readonly number[];
  /** Children of every node by depth. */
  readonly tree?: readonly number[];
  /** True where it is decoded as a plan says too. */
  readonly isPlanned?: boolean;
}

/** By what `--draft` calls them. Heads and the speculator accept less in later positions. */
const draftings: Readonly<Record<string, Drafting>> = {
  embedded: {
    drafter: { kind: 'draft-model', model: 'embedded' },
    lengths: [1, 3],
    tree: [2, 2, 1],
    isPlanned: true,
  },
  'prompt-lookup': { drafter: { kind: 'prompt-lookup' }, lengths: [3, 7], isPlanned: true },
  'n-gram': { drafter: { kind: 'n-gram' }, lengths: [3, 7] },
  'mlp-speculator': { drafter: { kind: 'head', head: 'mlp-speculator' }, lengths: [1, 3] },
  eagle: { drafter: { kind: 'head', head: 'eagle' }, lengths: [1, 3], tree: [2, 2, 1] },
  hass: { drafter: { kind: 'head', head: 'hass' }, lengths: [1, 3] },
};

const { values: given } = parseArgs({
  options: {
    prompts: { type: 'string', default: '72' },
    // Of a process.
    budget: { type: 'string', default: '20s' },
    'tree-budget': { type: 'string', default: '60s' },
    processes: { type: 'string', default: '2' },
    engine: { type: 'string' },
    temperature: { type: 'string' },
    draft: { type: 'string' },
    folder: { type: 'string' },
  },
});
const only = (asked: string | undefined, all: readonly string[]): readonly string[] =>
  asked === undefined ? all : [asked];
const engines = only(given.engine, ['llamacpp', 'onnx']);
const temperatures = only(given.temperature, ['0', '1']);
const drafts = only(given.draft, Object.keys(draftings));
const processes = Number(given.processes);
const tokens = 64;
const errorGoal = 0.1;
const shareGoal = 0.9;
const planGoal = 0.97;

interface Estimate {
  readonly estimate: number;
  readonly lower: number;
  readonly upper: number;
}

interface Result {
  readonly draftLength: number | 'auto';
  readonly comparison: {
    readonly workload: Estimate;
    readonly speculative: { readonly blockEfficiency: number };
  };
  readonly predicted?: Estimate;
}

interface Bench {
  readonly engines: readonly { readonly results: readonly Result[] }[];
}

interface Row {
  readonly engine: string;
  readonly temperature: number;
  readonly draft: string;
  /** Tokens a round, the shape of trees, or as a plan says. */
  readonly drafted: number | string;
  readonly predicted: Estimate | undefined;
  /** Speed over plain decoding, of all prompts together; geometric means over processes. */
  readonly measured: Estimate;
  /** Of the prediction, over what was measured. */
  readonly error: number | undefined;
  /** Of the committed tokens of a round, over what was measured: what is left of the error is of times. */
  readonly committedError: number | undefined;
}

const asPlanned = 'as planned';

/** The same drafts in several processes. */
function meanOf(results: readonly Result[]): Result {
  const [first] = results as [Result];
  const of = (value: (comparison: Result['comparison']) => number): number =>
    geometricMean(results.map(({ comparison }) => value(comparison)));
  const workload = {
    estimate: of((comparison) => comparison.workload.estimate),
    lower: of((comparison) => comparison.workload.lower),
    upper: of((comparison) => comparison.workload.upper),
  };
  const blockEfficiency = of(({ speculative }) => speculative.blockEfficiency);
  return { ...first, comparison: { workload, speculative: { blockEfficiency } } };
}

const rounded = (value: number): number => Number(value.toFixed(4));

const folder = given.folder ?? (await mkdtemp(path.join(os.tmpdir(), 'foretoken-predicted-')));
const file = (name: string): string => path.join(folder, name);
const rows: Row[] = [];

/** What was measured of one kind of drafts, a line of the folder's file. */
interface Measured extends Pick<Row, 'engine' | 'temperature' | 'draft' | 'drafted'> {
  readonly comparison: Result['comparison'];
  /** By the plan, where it was decoded as one says. */
  readonly predicted?: Estimate;
}

const measuredFile = file('results.jsonl');

interface Prediction {
  readonly speedup: Estimate;
  /** Undefined: a plan does not say. */
  readonly committedTokens?: number;
}

function addRow(
  { engine, temperature, draft, drafted, comparison: { workload: measured, speculative } }: Measured,
  { speedup, committedTokens }: Partial<Prediction>,
): void {
  rows.push({
    engine,
    temperature,
    draft,
    drafted,
    predicted: speedup,
    measured,
    error: speedup && rounded(speedup.estimate / measured.estimate - 1),
    committedError: committedTokens && rounded(committedTokens / speculative.blockEfficiency - 1),
  });
  console.log(JSON.stringify(rows.at(-1)));
}

const modelOf = async (name: string, source: string) => ({
  name,
  file: source,
  ...(await hashModelFile(source)),
});
const targetModel = await modelOf('embedded target', tinyModels.target);
const draftModel = await modelOf('embedded draft', tinyModels.draft);

/** What a drafter is predicted and measured to give with fixed drafts, and by a plan. */
async function measure(
  engine: string,
  temperature: string,
  draft: string,
  known: readonly Measured[],
): Promise<void> {
  const { drafter, lengths, tree, isPlanned = false } = draftings[draft] as Drafting;
  const profile = file(`profile-${engine}-${temperature}.json`);
  const setup = ['--backend', engine, '--draft', draft, '--temperature', temperature];
  // Trees are predicted where half of the prompts were counted.
  const budget = tree === undefined ? given.budget : given['tree-budget'];
  const profiled = ['--output', profile, '--budget', budget, '--prompts', file('profiled.jsonl')];
  const readProfile = async (): Promise<Profile> => parseProfile(await readFile(profile, 'utf8'), profile);
  const pipeline: Pipeline = {
    format: 'foretoken-pipeline',
    version: 1,
    target: { model: 'embedded' },
    drafters: [drafter],
    sampling: { temperature: Number(temperature) },
  };
  const models: PipelineModels = {
    target: targetModel,
    drafters: [drafter.kind === 'draft-model' ? draftModel : undefined],
  };
  const predict = async (drafted: number | readonly number[]): Promise<Prediction | undefined> => {
    try {
      const predicted = predictFixed({ pipeline, models, profile: await readProfile() }, drafted);
      return predicted && { ...predicted, speedup: afterReading(predicted.speedup, predicted, tokens) };
    } catch (error) {
      if (!(error instanceof PlanningError)) throw error;
      // The budget was too short, or something else ran on the machine.
      console.log(error.message);
      return undefined;
    }
  };
  const own = known.filter(
    (one) => one.engine === engine && one.temperature === Number(temperature) && one.draft === draft,
  );
  if (own.length === 0) {
    // Every process goes on where the one before it ended.
    const runProfile = (): Promise<string> => foretoken('profile', ...setup, ...profiled);
    for (let process = 0; process < processes; process++) await runProfile();
    // On a slow machine half of them take longer: profiling goes on with the others.
    for (let again = 0; again < 2 && tree !== undefined && (await predict(tree)) === undefined; again++)
      await runProfile();
  }
  const timed = ['--prompts', file('measured.jsonl'), '--max-tokens', String(tokens), '--repeats', '1'];
  /** Each of the drafts, as it was measured before or else now. */
  const bench = async (
    wanted: readonly Measured['drafted'][],
    ...options: readonly string[]
  ): Promise<readonly Measured[]> => {
    const before = own.filter(({ drafted }) => wanted.includes(drafted));
    if (before.length === wanted.length) return before;
    const runs: (readonly Result[])[] = [];
    for (let process = 0; process < processes; process++) {
      const output = await foretoken('bench', ...options, ...timed, '--json');
      runs.push((JSON.parse(output) as Bench).engines[0]?.results ?? []);
    }
    const measured = wanted.map((drafted, index): Measured => {
      const { comparison, predicted } = meanOf(runs.map((run) => run[index] as Result));
      const shared = { engine, temperature: Number(temperature), draft, drafted, comparison };
      return predicted === undefined ? shared : { ...shared, predicted };
    });
    await appendFile(measuredFile, toJsonLines(measured));
    return measured;
  };
  for (const measured of await bench(lengths, ...setup, '--draft-length', lengths.join(',')))
    addRow(measured, (await predict(measured.drafted as number)) ?? {});
  if (tree !== undefined) {
    const shape = tree.join(',');
    for (const measured of await bench([shape], ...setup, '--tree', shape))
      addRow(measured, (await predict(tree)) ?? {});
  }
  if (!isPlanned) return;
  const plan = file('plan.json');
  if (!own.some(({ drafted }) => drafted === asPlanned))
    await foretoken('plan', ...setup, '--profile', profile, '--output', plan);
  for (const measured of await bench([asPlanned], '--plan', plan))
    addRow(measured, measured.predicted ? { speedup: measured.predicted } : {});
}

try {
  const target = await llamacppBackend.loadModel(tinyModels.target);
  const texts = (await specBenchPrompts(target, Number(given.prompts))).map((prompt) =>
    JSON.stringify({ prompt: target.tokenizer.decode(prompt.tokens) }),
  );
  await target.close();
  const half = (rest: number): string => texts.filter((_, index) => index % 2 === rest).join('\n');
  await mkdir(folder, { recursive: true });
  await writeFile(file('profiled.jsonl'), half(0));
  await writeFile(file('measured.jsonl'), half(1));
  const known = await readJsonLines<Measured>(measuredFile);
  for (const engine of engines) {
    for (const temperature of temperatures) {
      for (const draft of drafts) await measure(engine, temperature, draft, known);
    }
  }
  const fixed = rows.filter(({ drafted }) => drafted !== asPlanned);
  const within = fixed.filter(({ error = Number.POSITIVE_INFINITY }) => Math.abs(error) <= errorGoal).length;
  const plans = rows
    .filter(({ drafted }) => drafted === asPlanned)
    .map(({ engine, temperature, draft, measured: { estimate: measured } }) => {
      const same = fixed.filter(
        (row) => row.engine === engine && row.temperature === temperature && row.draft === draft,
      );
      const best = Math.max(1, ...same.map((row) => row.measured.estimate));
      const share = rounded(measured / best);
      return { engine, temperature, draft, measured, bestFixed: best, share, reached: share >= planGoal };
    });
  const result = { within, configurations: fixed.length, reached: within >= shareGoal * fixed.length, plans };
  console.log(JSON.stringify(result, null, 1));
  const isWhole = [given.engine, given.temperature, given.draft].every((part) => part === undefined);
  if (isWhole && Number(given.prompts) >= 72)
    await writeResult('predicted-speed', {
      prompts: given.prompts,
      tokens,
      budget: given.budget,
      treeBudget: given['tree-budget'],
      processes,
      ...result,
      rows,
    });
} finally {
  if (given.folder === undefined) await rm(folder, { recursive: true, force: true });
}
