/**
 * Is the default controller, without a plan and without anything measured beforehand, ever slower than plain decoding? The
 * embedded pair on both engines, greedy and at temperature 1, after the last 768 tokens of Spec-Bench prompts: each is
 * decoded plainly, plainly again (the control: what differs there is noise), and with the draft model under one learning
 * controller that is kept from prompt to prompt. The three follow each other text by text, in every order twice over twelve
 * repeats, on one target and one sequence, as in a user's process: ways that take turns within a text push each other's
 * weights out of the processor's cache, and where a model lies in memory makes it up to 3 % slower or faster.
 * The drafter is new in every run, so that a draft model reads the prompt where it is asked.
 *
 * Of a prompt's repeats the median counts, since most disturbances of a shared machine are of one generation; of prompts the
 * geometric mean. A throwaway controller warms up the process, which is slow in its first seconds.
 *
 * Goals: every category at least 0.99 times plain; no prompt slower, by a one-sided paired t test on log times at 1 %
 * after Holm (with six repeats a rank test could never reject; beside it is the slowdown that this test would find half
 * of the time). The first generation, in which the controller learns, is told apart.
 *
 * Run: npx tsx bench/never-slower.ts (after npm run build; 60 prompts, 25 minutes). All 480 prompts, an
 * hour, written as never-slower-all: --all --repeats 5 --tokens 64. A part: --prompts 12 --engine llamacpp --temperature 0
 * --repeats 3 --tokens 32, whose result is written as never-slower-part.
 */
import { parseArgs } from 'node:util';
import {
  createLearningDraftLength,
  createModelDrafter,
  type DecodeCounters,
  type DraftLengthController,
  generate,
  type LanguageModel,
  type Sequence,
} from '@foretoken/core';
import { llamacppBackend } from '@foretoken/llamacpp-backend';
import { onnxBackend } from '@foretoken/onnx-backend';
import { studentTQuantile } from '@foretoken/stats';
import { tinyModels } from '@foretoken/tiny-models';
import {
  type BeginGeneration,
  type DecodedInTurns,
  decodeInTurns,
} from '../apps/cli/src/benchmark/decode-in-turns.js';
import { summarize } from '../apps/cli/src/benchmark/summary.js';
import { deviation, mean } from './support/means.js';
import { slowdownFoundHalfOfTheTime, slowerPrompts } from './support/slower-prompts.js';
import { type SpecBenchPrompt, specBenchPrompts } from './support/spec-bench-prompts.js';
import { writeResult } from './support/write-result.js';

const { values: given } = parseArgs({
  options: {
    all: { type: 'boolean', default: false },
    prompts: { type: 'string', default: '60' },
    engine: { type: 'string' },
    temperature: { type: 'string' },
    repeats: { type: 'string', default: '12' },
    tokens: { type: 'string', default: '128' },
  },
});
const count = given.all ? Number.POSITIVE_INFINITY : Number(given.prompts);
const repeats = Number(given.repeats);
const maximumTokens = Number(given.tokens);
const backends = [llamacppBackend, onnxBackend].filter(
  ({ name }) => given.engine === undefined || name === given.engine,
);
const temperatures = [0, 1].filter(
  (value) => given.temperature === undefined || value === Number(given.temperature),
);
const warmUps = 24;
const level = 0.01;
const goal = 0.99;
const ways = ['plain', 'control', 'learning'] as const;
type Way = (typeof ways)[number];
/** Every one: whose turn it is, and who has which target. */
const orders = ways.flatMap((first) => {
  const [second, third] = ways.filter((way) => way !== first) as [Way, Way];
  return [
    [first, second, third],
    [first, third, second],
  ] as const;
});
type ByWay<Value> = Readonly<Record<Way, Value>>;
/** Milliseconds a token, one a repeat. */
type Times = ByWay<number[]>;

interface Setup {
  readonly target: LanguageModel;
  readonly draft: LanguageModel;
  readonly temperature: number;
  readonly controller: DraftLengthController;
}

interface Repeat {
  /** Of the target, which the ways use one after the other. */
  readonly sequence: Sequence;
  /** The number of the repeat. */
  readonly seed: number;
}

interface Cost {
  /** Tokens. */
  readonly drafted: number;
  /** A token, after the prompt. */
  readonly milliseconds: number;
}

/** All ways, one after the other. */
async function decodeEach(setup: Setup, prompt: readonly number[], repeat: Repeat): Promise<ByWay<Cost>> {
  const costs = new Map<Way, Cost>();
  for (const way of orders[repeat.seed % orders.length] as readonly Way[])
    costs.set(way, await decode(setup, prompt, repeat, way));
  const [plain, control, learning] = ways.map((way) => costs.get(way)) as [Cost, Cost, Cost];
  return { plain, control, learning };
}

async function decode(
  { target, draft, temperature, controller }: Setup,
  prompt: readonly number[],
  { sequence, seed }: Repeat,
  way: Way,
): Promise<Cost> {
  if (sequence.length > prompt.length - 1) sequence.doRollback(prompt.length - 1);
  const drafter = way === 'learning' ? createModelDrafter({ model: draft, target }) : undefined;
  const begin: BeginGeneration = (clock) =>
    generate({
      target,
      prompt,
      sequence,
      maximumTokens,
      seed,
      sampling: { temperature },
      ignoreEndTokens: true,
      clock,
      ...(drafter === undefined ? {} : { drafter, draftLength: controller }),
    });
  try {
    const [decoded] = await decodeInTurns([begin], { tokens: maximumTokens, order: () => [0] });
    return costOf((decoded as DecodedInTurns).counters);
  } finally {
    await drafter?.close();
  }
}

function costOf({ draftedCount, decodeMilliseconds, committedCount }: DecodeCounters): Cost {
  return { drafted: draftedCount, milliseconds: (decodeMilliseconds as number) / committedCount };
}

const rounded = (value: number): number => Number(value.toFixed(4));

const median = (values: readonly number[]): number => summarize(values).median;

function roundedTimes(times: Times): Times {
  const roundAll = (values: readonly number[]): number[] => values.map(rounded);
  return {
    plain: roundAll(times.plain),
    control: roundAll(times.control),
    learning: roundAll(times.learning),
  };
}

/** Rates over that of plain decoding, of each way the median of the repeats. */
function medianRatios(times: Times): { readonly control: number; readonly learning: number } {
  const of = (way: 'control' | 'learning'): number => rounded(Math.exp(median(logRatios(times, way))));
  return { control: of('control'), learning: of('learning') };
}

/** Log of the rate over that of plain decoding, repeat by repeat. */
function logRatios({ plain, ...others }: Times, way: 'control' | 'learning'): number[] {
  return others[way].map((milliseconds, repeat) => Math.log((plain[repeat] as number) / milliseconds));
}

function summarizeWay(
  prompts: readonly SpecBenchPrompt[],
  times: readonly Times[],
  way: 'control' | 'learning',
): object {
  const logs = times.map((time) => logRatios(time, way));
  const slower = slowerPrompts(logs, level).map(({ index, adjusted }) => ({
    id: prompts[index]?.id,
    ratio: rounded(Math.exp(mean(logs[index] as number[]))),
    adjusted,
  }));
  const categories = [...new Set(prompts.map(({ category }) => category))].map((category) => {
    const own = logs.filter((_, index) => prompts[index]?.category === category).map(median);
    const half =
      own.length > 1
        ? (studentTQuantile(0.975, own.length - 1) * deviation(own)) / Math.sqrt(own.length)
        : Infinity;
    const [ratio, lower, upper] = [mean(own), mean(own) - half, mean(own) + half].map((log) =>
      rounded(Math.exp(log)),
    );
    return {
      category,
      prompts: own.length,
      ratio,
      interval95: [lower, upper],
      reached: (ratio as number) >= goal,
    };
  });
  return {
    overall: rounded(Math.exp(mean(logs.map(median)))),
    categories,
    slower,
    slowdownFoundHalfOfTheTime: rounded(slowdownFoundHalfOfTheTime(logs, level)),
  };
}

const results: object[] = [];
for (const backend of backends) {
  const target = await backend.loadModel(tinyModels.target);
  const draft = await backend.loadModel(tinyModels.draft);
  const prompts = await specBenchPrompts(target, count);
  for (const temperature of temperatures) {
    const setup = { target, draft, temperature, controller: createLearningDraftLength() };
    const times: Times[] = [];
    let [drafted, firstGeneration] = [0, 0];
    for (const [index, { tokens: prompt }] of prompts.entries()) {
      const sequence = target.createSequence();
      try {
        if (index === 0) {
          const warming = { ...setup, controller: createLearningDraftLength() };
          for (let seed = 0; seed < warmUps; seed++) await decodeEach(warming, prompt, { sequence, seed });
          const first = await decodeEach(setup, prompt, { sequence, seed: 0 });
          firstGeneration = rounded(first.plain.milliseconds / first.learning.milliseconds);
        }
        const own: Times = { plain: [], control: [], learning: [] };
        for (let seed = 0; seed < repeats; seed++) {
          const costs = await decodeEach(setup, prompt, { sequence, seed });
          for (const way of ways) own[way].push(costs[way].milliseconds);
          drafted += costs.learning.drafted;
        }
        times.push(own);
      } finally {
        sequence.close();
      }
    }
    const result = {
      engine: target.capabilities.engine,
      temperature,
      firstGeneration,
      drafted,
      learning: summarizeWay(prompts, times, 'learning'),
      control: summarizeWay(prompts, times, 'control'),
      times: times.map((own, index) => ({
        prompt: prompts[index]?.id,
        // Of all 480 the times themselves would be a megabyte.
        ...(given.all ? medianRatios(own) : roundedTimes(own)),
      })),
    };
    results.push(result);
    console.log(JSON.stringify({ ...result, times: undefined }, null, 1));
  }
  await draft.close();
  await target.close();
}
const isWhole = backends.length === 2 && temperatures.length === 2;
const isAll = isWhole && given.all && repeats >= 5;
const isSample = isWhole && !given.all && count >= 60 && repeats >= 12;
await writeResult(isAll ? 'never-slower-all' : isSample ? 'never-slower' : 'never-slower-part', {
  command: ['npx tsx bench/never-slower.ts', ...process.argv.slice(2)].join(' '),
  prompts: given.all ? 480 : count,
  repeats,
  maximumTokens,
  level,
  goal,
  results,
});
