/**
 * The speed of the best fixed draft in hindsight: for every prompt's own greedy text, what the draft model and prompt lookup
 * would draft after each token of it, replayed with every fixed length and the pass costs of this machine. Reading the
 * prompt is not counted, nor any work of the host, so that no schedule of one fixed length is faster.
 *
 * Pass costs are those of the profiles that run.ts makes (with its plans), of each engine. What is recorded, on llama.cpp, does
 * not depend on the machine's load, and is kept in bench/.cache, prompt by prompt.
 *
 * Run: npx tsx bench/real-pair/bound.ts --models FOLDER [--files q8_0] [--prompts 16] [--minutes 20]
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createFixedDraftLength, type LanguageModel } from '@foretoken/core';
import { llamacppBackend } from '@foretoken/llamacpp-backend';
import { type RecordedDrafter, type RecordedText, recordTexts } from '../support/acceptance-traces.js';
import { replay, type RoundCost } from '../support/replay.js';
import { type ChatPrompt, chatPrompts } from './chat-prompts.js';
import { conditions } from './conditions.js';
import { type Engine, enginesOf } from './engines.js';
import { openPair, type Pair, type PairName } from './pairs.js';
import { pairPassCosts } from './pair-pass-costs.js';
import { profileFile } from './plan-files.js';
import { writeRealPairResult } from './result-files.js';
import { modelFolderOf, pairsNamed, runOptions, timeLimit } from './run-options.js';

const lengths = [0, 1, 2, 3, 5, 7, 11, 15] as const;
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
}

const { values: given } = parseArgs({
  options: {
    ...runOptions,
    files: { type: 'string' },
    prompts: { type: 'string' },
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
  try {
    for (const prompt of prompts) {
      const text = await recorded(files, prompt, models);
      if (text === undefined) {
        remaining += 1;
        continue;
      }
      const contextTokens = text.promptLength + text.drafts.model.length / 2;
      for (const { engine, costs } of engines) {
        const target: RoundCost = (drafted) => costs.target.at(drafted + 1, contextTokens);
        const withDraft: RoundCost = (drafted) =>
          target(drafted) + drafted * costs.draft.at(1, contextTokens);
        const bound = bestFixed(text, { model: withDraft, 'prompt-lookup': target });
        bounds.push({ files, engine, prompt: prompt.id, kind: prompt.kind, ...bound });
        console.log(JSON.stringify(bounds.at(-1)));
      }
    }
  } finally {
    await models.close();
  }
}
if (remaining > 0) console.log(`Not recorded yet: ${remaining} texts. Run it again.`);
await writeRealPairResult('real-pair-bound', 'bound', { conditions, lengths, bounds });

function bestFixed(
  text: RecordedText,
  costs: Readonly<Record<RecordedDrafter, RoundCost>>,
): Omit<Bound, 'files' | 'engine' | 'prompt' | 'kind'> {
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
