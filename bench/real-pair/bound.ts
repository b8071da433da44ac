/**
 * The speed of the best fixed draft in hindsight: for every prompt's own greedy text, what the draft model and prompt lookup
 * would draft after each token of it, replayed with every fixed length and the pass costs of this machine. Reading the
 * prompt is not counted, nor any work of the host, so that no schedule of one fixed length is faster.
 *
 * Beside it the schedule of prompt lookup and the draft model, as `--draft prompt-lookup+FILE` runs it, on the same clock, which
 * then counts what a draft model has to read: all prompts one after the other, in five orders.
 *
 * Pass costs are those of the profiles that run.ts makes (with its plans), of each engine. What is recorded, on llama.cpp, does
 * not depend on the machine's load, and is kept in bench/.cache, prompt by prompt.
 *
 * Run: npx tsx bench/real-pair/bound.ts --models FOLDER [--files q8_0] [--prompts 16] [--minutes 20] [--results FILE]
 */
import { createHash } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createFixedDraftLength, type LanguageModel } from '@foretoken/core';
import { llamacppBackend } from '@foretoken/llamacpp-backend';
import { type RecordedDrafter, type RecordedText, recordTexts } from '../support/acceptance-traces.js';
import { type Replay, replay, type RoundCost } from '../support/replay.js';
import { replaySchedule, type ScheduleCosts } from '../support/replay-schedule.js';
import { type ChatPrompt, chatPrompts } from './chat-prompts.js';
import { conditions } from './conditions.js';
import { type Engine, enginesOf } from './engines.js';
import { openPair, type Pair, type PairName } from './pairs.js';
import { pairPassCosts } from './pair-pass-costs.js';
import { profileFile } from './plan-files.js';
import { RealPairResults } from './result-files.js';
import { modelFolderOf, pairsNamed, runOptions, timeLimit } from './run-options.js';
import { runsFile } from './runs-file.js';

/** Tokens that a draft model reads at once, and how many it reads in the pass that drafts its first token. */
const portion = 64;
const onTheWay = 8;
const lengths = [0, 1, 2, 3, 5, 7, 11, 15] as const;
/** Of the prompts: every so many, from so many on. */
const orders = [
  [1, 0],
  [3, 1],
  [5, 2],
  [7, 3],
  [11, 4],
] as const;
const cacheFolder = fileURLToPath(new URL('../.cache/', import.meta.url));

/** Of one prompt. */
export interface Bound {
  readonly files: PairName;
  readonly engine: Engine;
  readonly prompt: string;
  readonly kind: string;
  readonly tokens: number;
  readonly drafter: RecordedDrafter;
  readonly length: number;
  readonly tokensPerSecond: number;
  /** Of plain decoding by the same pass costs. */
  readonly plainTokensPerSecond: number;
  /** Of the schedule; the geometric mean over orders. */
  readonly scheduleTokensPerSecond: number;
}

const { values: given } = parseArgs({
  options: {
    ...runOptions,
    files: { type: 'string' },
    prompts: { type: 'string' },
    results: { type: 'string', default: runsFile },
  },
});
const folder = modelFolderOf(given);
const isTimeLeft = timeLimit(given.minutes);

await mkdir(cacheFolder, { recursive: true });
const bounds: Bound[] = [];
let remaining = 0;
for (const files of pairsNamed(given.files)) {
  const pair = await openPair(files, folder);
  const profile = profileFile(folder, pair, 0);
  if (!existsSync(profile))
    throw new Error(`${profile} is not there: run.ts makes it for its plans, greedy.`);
  const prompts = (await chatPrompts('measured', pair.target)).slice(0, Number(given.prompts ?? Infinity));
  const profiled = await readFile(profile, 'utf8');
  const engines = enginesOf(files).map((engine) => ({
    engine,
    costs: pairPassCosts(profiled, pair, engine),
  }));
  const models = openLazily(pair);
  const written: { readonly prompt: ChatPrompt; readonly text: RecordedText }[] = [];
  try {
    for (const prompt of prompts) {
      const text = await recorded(files, prompt, models);
      if (text === undefined) remaining += 1;
      else written.push({ prompt, text });
    }
  } finally {
    await models.close();
  }
  const texts = written.map(({ text }) => text);
  const [draftSize, targetSize] = [statSync(pair.draft).size, statSync(pair.target).size];
  for (const { engine, costs } of engines) {
    // Of every text its own context would tell as much of the machine's disturbances as of the context.
    const usualTokens = texts.reduce((sum, text) => sum + contextOf(text), 0) / texts.length;
    const cost = roundCosts(costs, usualTokens);
    const perToken = costs.draft.at(1, usualTokens);
    const schedule = await scheduled(texts, {
      cost,
      perToken,
      catchUp: (missed) =>
        missed > onTheWay ? (missed * costs.draft.at(portion, usualTokens)) / portion : 0,
      relativeSize: draftSize / targetSize,
      maximumTokens: conditions.tokenCount,
    });
    for (const [index, { prompt, text }] of written.entries()) {
      const bound = bestFixed(text, cost);
      const scheduleTokensPerSecond = schedule[index] as number;
      bounds.push({ files, engine, prompt: prompt.id, kind: prompt.kind, ...bound, scheduleTokensPerSecond });
      console.log(JSON.stringify(bounds.at(-1)));
    }
  }
}
if (remaining > 0) console.log(`Not recorded yet: ${remaining} texts. Run it again.`);
await new RealPairResults(given.results).write('real-pair-bound', 'bound', { conditions, lengths, bounds });

/** Tokens in the cache in the middle of a text. */
function contextOf({ promptLength, drafts }: RecordedText): number {
  return promptLength + drafts.model.length / 2;
}

function roundCosts(
  { target, draft }: ReturnType<typeof pairPassCosts>,
  contextTokens: number,
): Readonly<Record<RecordedDrafter, RoundCost>> {
  const pass: RoundCost = (drafted) => target.at(drafted + 1, contextTokens);
  return {
    model: (drafted) => pass(drafted) + drafted * draft.at(1, contextTokens),
    'prompt-lookup': pass,
  };
}

/** Tokens per second of each text. */
async function scheduled(texts: readonly RecordedText[], costs: ScheduleCosts): Promise<number[]> {
  const logs = texts.map(() => 0);
  for (const [step, start] of orders) {
    const order = texts.map((_, place) => (place * step + start) % texts.length);
    const replays = await replaySchedule(
      order.map((index) => texts[index] as RecordedText),
      costs,
    );
    for (const [place, index] of order.entries()) {
      const { tokens, milliseconds } = replays[place] as Replay;
      logs[index] = (logs[index] as number) + Math.log((1000 * tokens) / milliseconds) / orders.length;
    }
  }
  return logs.map((log) => Math.exp(log));
}

function bestFixed(
  text: RecordedText,
  costs: Readonly<Record<RecordedDrafter, RoundCost>>,
): Omit<Bound, 'files' | 'engine' | 'prompt' | 'kind' | 'scheduleTokensPerSecond'> {
  const speeds = (['model', 'prompt-lookup'] as const).flatMap((drafter) =>
    lengths.map((length) => {
      const { tokens, milliseconds } = replay({
        drafts: text.drafts[drafter],
        controller: createFixedDraftLength(length),
        cost: costs[drafter],
      });
      return { drafter, length, tokens, tokensPerSecond: (1000 * tokens) / milliseconds };
    }),
  );
  const best = speeds.reduce((left, right) => (right.tokensPerSecond > left.tokensPerSecond ? right : left));
  const plain = speeds.find(({ length }) => length === 0) as typeof best;
  return { ...best, plainTokensPerSecond: plain.tokensPerSecond };
}

interface LazyModels {
  open(): Promise<{ readonly target: LanguageModel; readonly draft: LanguageModel }>;
  close(): Promise<void>;
}

/** Models that are loaded when the first text is recorded. */
function openLazily({ target, draft }: Pair): LazyModels {
  const options = {
    threads: conditions.threads,
    contextLength: conditions.contextLength,
    maximumSequences: 2,
  };
  let opened: Awaited<ReturnType<LazyModels['open']>> | undefined;
  return {
    open: async () => {
      opened ??= {
        target: await llamacppBackend.loadModel(target, options),
        draft: await llamacppBackend.loadModel(draft, options),
      };
      return opened;
    },
    close: async () => {
      await opened?.draft.close();
      await opened?.target.close();
    },
  };
}

/** From the cache, or recorded now; undefined where neither is there nor time is left. */
async function recorded(
  files: PairName,
  { id, kind, tokens }: ChatPrompt,
  models: LazyModels,
): Promise<RecordedText | undefined> {
  const hash = createHash('sha256').update(JSON.stringify(tokens)).digest('hex').slice(0, 12);
  const file = `${cacheFolder}real-pair-${files}-${id}-${hash}.json`;
  if (existsSync(file)) return JSON.parse(await readFile(file, 'utf8')) as RecordedText;
  if (!isTimeLeft()) return undefined;
  const [text] = await recordTexts({
    ...(await models.open()),
    prompts: [{ category: kind, tokens }],
    temperature: 0,
    length: conditions.tokenCount,
    endsAtEndToken: true,
    stopsAtMiss: true,
  });
  await writeFile(`${file}.part`, JSON.stringify(text));
  await rename(`${file}.part`, file);
  return text;
}
