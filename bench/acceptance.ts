/**
 * Acceptance of the drafters of the embedded target on both engines, with the weights that are shipped, on
 * continuations of 160 tokens by the target after 64 prompts of 128 tokens of everyday application code.
 *
 * Conditional on the tokens before having been kept, as the family's training measured it: at temperature 1 the mean
 * sum of min(target, draft), greedy the share of equal argmaxes, by depth. Beside it the share of rounds of real
 * generations, four tokens a draft after the first 24 prompts, in which a position was reached and kept.
 * Run: npx tsx bench/acceptance.ts (after npm run build; some minutes).
 */
import { readFile } from 'node:fs/promises';
import {
  createEagleDrafter,
  createMlpSpeculatorDrafter,
  createModelDrafter,
  type Drafter,
  encodePrompt,
  generateText,
  type HeadModel,
  type LanguageModel,
} from '@foretoken/core';
import { llamacppBackend } from '@foretoken/llamacpp-backend';
import { loadHead, onnxBackend } from '@foretoken/onnx-backend';
import { tinyHeads, tinyModels } from '@foretoken/tiny-models';
import {
  type AcceptanceSums,
  addHead,
  addModel,
  depths,
  scoreText,
} from './support/conditional-acceptance.js';
import { writeResult } from './support/write-result.js';

const promptLength = 128;
const continuation = 160;
/** Prompts of the generations with drafts. */
const generations = 24;
/** So that the result does not wait for what else the machine does. */
const threads = 1;
const temperatures = { T1: 1, T0: 0 } as const;
/** Of the float16 weights, on continuations after excerpts of unseen code (the family's training). */
const trained = {
  'draft-model': { T1: [0.6717], T0: [0.8566] },
  'mlp-speculator': { T1: [0.4754, 0.4667, 0.4601, 0.4542], T0: [0.5467, 0.5176, 0.5109, 0.5116] },
  eagle: { T1: [0.6821, 0.6515, 0.6403, 0.6334], T0: [0.8626, 0.8348, 0.8208, 0.8154] },
  hass: { T1: [0.6875, 0.6896, 0.6876, 0.6851], T0: [0.8669, 0.8718, 0.8693, 0.8672] },
} as const;
type DrafterName = keyof typeof trained;
type ByTemperature = Readonly<Record<keyof typeof temperatures, readonly number[]>>;

const file = new URL('prompts/application-code.txt', import.meta.url);
const texts = (await readFile(file, 'utf8')).trimEnd().split('\n---\n');
const heads = new Map<DrafterName, HeadModel>();
for (const [name, source] of Object.entries(tinyHeads)) {
  heads.set(name as DrafterName, await loadHead(source, { target: tinyModels.target, threads }));
}
const engines = [];
for (const backend of [llamacppBackend, onnxBackend]) {
  const target = await backend.loadModel(tinyModels.target, { threads });
  const draft = await backend.loadModel(tinyModels.draft, { threads });
  const prompts = texts.map((text) => promptTokens(target, text));
  const conditional = await measureConditional(target, draft, prompts);
  const unconditional: Partial<Record<DrafterName, ByTemperature>> = {};
  for (const name of Object.keys(trained) as DrafterName[]) {
    const drafter = createDrafter(name, target, draft);
    unconditional[name] = {
      T1: await measureUnconditional(target, drafter, prompts.slice(0, generations), 1),
      T0: await measureUnconditional(target, drafter, prompts.slice(0, generations), 0),
    };
    await drafter.close();
    const first = conditional[name];
    const line = (values: readonly number[] | undefined): string => values?.join(' ') ?? '';
    console.log(`${backend.name} ${name}: T1 ${line(first?.T1)}; T0 ${line(first?.T0)}`);
    console.log(
      `  kept by position: T1 ${line(unconditional[name]?.T1)}; T0 ${line(unconditional[name]?.T0)}`,
    );
  }
  const distances = Object.entries(conditional).flatMap(([name, measured]) =>
    Object.keys(temperatures).flatMap((key) =>
      measured[key as keyof ByTemperature].map((value, depth) => {
        const goals: readonly number[] = trained[name as DrafterName][key as keyof ByTemperature];
        return Math.abs(value - (goals[depth] as number));
      }),
    ),
  );
  const largestDistance = Math.max(...distances);
  console.log(`${backend.name}: largest distance from training ${largestDistance.toFixed(4)}`);
  engines.push({ engine: target.capabilities.engine, conditional, unconditional, largestDistance });
  await draft.close();
  await target.close();
}
for (const head of heads.values()) await head.close();
await writeResult('acceptance', {
  promptLength,
  continuation,
  prompts: texts.length,
  generations,
  trained,
  engines,
});

function promptTokens(target: LanguageModel, text: string): number[] {
  const tokens = encodePrompt(target.tokenizer, text).slice(0, promptLength);
  if (tokens.length < promptLength) throw new Error(`A prompt has ${tokens.length} tokens: ${text}`);
  return tokens;
}

async function measureConditional(
  target: LanguageModel,
  draft: LanguageModel,
  prompts: readonly (readonly number[])[],
): Promise<Partial<Record<DrafterName, ByTemperature>>> {
  const results: Partial<Record<DrafterName, { T1: number[]; T0: number[] }>> = {};
  for (const key of ['T1', 'T0'] as const) {
    const temperature = temperatures[key];
    const sums = new Map<DrafterName, AcceptanceSums>(
      (Object.keys(trained) as DrafterName[]).map((name) => [name, { accepted: [], count: 0 }]),
    );
    for (const [seed, prompt] of prompts.entries()) {
      const { tokens } = await generateText({
        target,
        prompt,
        seed,
        sampling: { temperature },
        maximumTokens: continuation,
        ignoreEndTokens: true,
      });
      const text = await scoreText(target, [...prompt, ...tokens], prompt.length, temperature);
      for (const [name, sum] of sums) {
        const head = heads.get(name);
        if (head === undefined) await addModel(sum, draft, text, temperature);
        else await addHead(sum, head, text, temperature);
      }
    }
    for (const [name, { accepted, count }] of sums) {
      const measured = accepted.map((sum) => rounded(sum / count));
      results[name] = { T1: [], T0: [], ...results[name], [key]: measured };
    }
  }
  return results;
}

async function measureUnconditional(
  target: LanguageModel,
  drafter: Drafter,
  prompts: readonly (readonly number[])[],
  temperature: number,
): Promise<number[]> {
  const drafted = new Array<number>(depths).fill(0);
  const kept = new Array<number>(depths).fill(0);
  for (const [seed, prompt] of prompts.entries()) {
    const { counters } = await generateText({
      target,
      drafter,
      prompt,
      seed,
      sampling: { temperature },
      rule: 'tokenwise',
      draftLength: depths,
      maximumTokens: continuation,
      ignoreEndTokens: true,
    });
    for (let depth = 0; depth < depths; depth++) {
      drafted[depth] = (drafted[depth] as number) + (counters.draftedByPosition[depth] ?? 0);
      kept[depth] = (kept[depth] as number) + (counters.acceptedByPosition[depth] ?? 0);
    }
  }
  return kept.map((count, depth) => rounded(count / (drafted[depth] as number)));
}

function createDrafter(name: DrafterName, target: LanguageModel, model: LanguageModel): Drafter {
  const head = heads.get(name);
  if (head === undefined) return createModelDrafter({ model, target });
  return head.attends ? createEagleDrafter({ head, target }) : createMlpSpeculatorDrafter({ head, target });
}

function rounded(value: number): number {
  return Number(value.toFixed(4));
}
