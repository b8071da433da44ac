/**
 * Does a plan predict what it then reaches? On both engines, greedy and at temperature 1, with the draft model and with
 * prompt lookup: half of the Spec-Bench prompts of a sample are profiled, a plan is compiled, and the other half is decoded
 * as the plan says and with fixed draft lengths, each in turn with plain decoding. The commands are those that a user runs.
 *
 * Goals: the predicted speed within 10 % of the measured one for 9 of 10 configurations (drafter, engine, temperature,
 * fixed length); as the plan says, no less than 0.97 times the best fixed length, 0 included. Speeds are of all prompts together, which is what is predicted.
 *
 * Run: npx tsx bench/predicted-speed.ts (after npm run build; a quarter of an hour). A part, which writes nothing:
 * --prompts 12 --budget 20s --engine llamacpp --temperature 0 --draft prompt-lookup
 */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { llamacppBackend } from '@foretoken/llamacpp-backend';
import { tinyModels } from '@foretoken/tiny-models';
import { foretoken } from './support/foretoken.js';
import { specBenchPrompts } from './support/spec-bench-prompts.js';
import { writeResult } from './support/write-result.js';

const { values: given } = parseArgs({
  options: {
    prompts: { type: 'string', default: '48' },
    budget: { type: 'string', default: '40s' },
    engine: { type: 'string' },
    temperature: { type: 'string' },
    draft: { type: 'string' },
  },
});
const only = (asked: string | undefined, all: readonly string[]): readonly string[] =>
  asked === undefined ? all : [asked];
const engines = only(given.engine, ['llamacpp', 'onnx']);
const temperatures = only(given.temperature, ['0', '1']);
const drafts = only(given.draft, ['embedded', 'prompt-lookup']);
const lengths = [1, 3, 7] as const;
const tokens = 64;
const errorGoal = 0.1;
const shareGoal = 0.9;
const planGoal = 0.97;

interface Estimate {
  readonly estimate: number;
  readonly lower: number;
  readonly upper: number;
}

interface Bench {
  readonly engines: readonly {
    readonly results: readonly {
      readonly draftLength: number | 'auto';
      readonly comparison: { readonly workload: Estimate };
      readonly predicted?: Estimate;
    }[];
  }[];
}

interface Row {
  readonly engine: string;
  readonly temperature: number;
  readonly draft: string;
  readonly draftLength: number | 'auto';
  readonly predicted: Estimate | undefined;
  /** Speed over plain decoding, of all prompts together. */
  readonly measured: Estimate;
  /** Of the prediction, over what was measured. */
  readonly error: number | undefined;
}

const rounded = (value: number): number => Number(value.toFixed(4));

const folder = await mkdtemp(path.join(os.tmpdir(), 'foretoken-predicted-'));
const file = (name: string): string => path.join(folder, name);
try {
  const target = await llamacppBackend.loadModel(tinyModels.target);
  const texts = (await specBenchPrompts(target, Number(given.prompts))).map((prompt) =>
    JSON.stringify({ prompt: target.tokenizer.decode(prompt.tokens) }),
  );
  await target.close();
  const half = (rest: number): string => texts.filter((_, index) => index % 2 === rest).join('\n');
  await writeFile(file('profiled.jsonl'), half(0));
  await writeFile(file('measured.jsonl'), half(1));
  const rows: Row[] = [];
  for (const engine of engines) {
    for (const temperature of temperatures) {
      for (const draft of drafts) {
        const setup = ['--backend', engine, '--draft', draft, '--temperature', temperature];
        const [profile, plan] = [file(`profile-${rows.length}.json`), file(`plan-${rows.length}.json`)];
        const profiled = ['--output', profile, '--budget', given.budget, '--prompts', file('profiled.jsonl')];
        await foretoken('profile', ...setup, ...profiled);
        await foretoken('plan', ...setup, '--profile', profile, '--output', plan);
        const asked = ['--draft-length', [...lengths, 'auto'].join(','), '--repeats', '1', '--json'];
        const measured = ['--prompts', file('measured.jsonl'), '--max-tokens', String(tokens)];
        const bench = JSON.parse(await foretoken('bench', '--plan', plan, ...measured, ...asked)) as Bench;
        const { drafters } = JSON.parse(await readFile(plan, 'utf8')) as { drafters: readonly object[] };
        for (const { draftLength, comparison, predicted } of bench.engines[0]?.results ?? []) {
          // A plan without drafters has nothing to draft with, whatever length is asked for.
          if (draftLength !== 'auto' && drafters.length === 0) continue;
          const { workload } = comparison;
          const row = {
            engine,
            temperature: Number(temperature),
            draft,
            draftLength,
            predicted,
            measured: workload,
            error: predicted && rounded(predicted.estimate / workload.estimate - 1),
          };
          rows.push(row);
          console.log(JSON.stringify(row));
        }
      }
    }
  }
  const fixed = rows.filter(({ draftLength, error }) => draftLength !== 'auto' && error !== undefined);
  const within = fixed.filter(({ error }) => Math.abs(error as number) <= errorGoal).length;
  const plans = rows
    .filter(({ draftLength }) => draftLength === 'auto')
    .map(({ engine, temperature, draft, measured: { estimate: measured } }) => {
      const same = rows.filter(
        (row) => row.engine === engine && row.temperature === temperature && row.draft === draft,
      );
      const best = Math.max(
        1,
        ...same.flatMap((row) => (row.draftLength === 'auto' ? [] : [row.measured.estimate])),
      );
      const share = rounded(measured / best);
      return { engine, temperature, draft, measured, bestFixed: best, share, reached: share >= planGoal };
    });
  const result = { within, configurations: fixed.length, reached: within >= shareGoal * fixed.length, plans };
  console.log(JSON.stringify(result, null, 1));
  const isWhole = engines.length * temperatures.length * drafts.length === 8 && Number(given.prompts) >= 48;
  if (isWhole)
    await writeResult('predicted-speed', {
      prompts: given.prompts,
      tokens,
      budget: given.budget,
      ...result,
      rows,
    });
} finally {
  await rm(folder, { recursive: true, force: true });
}
