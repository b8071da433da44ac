/**
 * N-gram drafting: tokens per pass beside prompt lookup, and what it costs the host. Texts of the embedded target are
 * recorded by plain decoding and then replayed: a draft token is kept where it is the text's own, which is what the
 * greedy and the sample-match rule do. Run: npx tsx bench/n-gram-drafting.ts (after npm run build).
 */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import {
  createLogitsTransform,
  createNGramDrafter,
  createPromptLookupDrafter,
  createRequestRandom,
  type Draft,
  type Drafter,
  encodePrompt,
  generateText,
} from '@foretoken/core';
import { llamacppBackend } from '@foretoken/llamacpp-backend';
import { tinyModels } from '@foretoken/tiny-models';
import { codePrompts } from '../apps/cli/src/prompts/code-prompts.js';
import { repeatingPrompts } from '../apps/cli/src/prompts/repeating-prompts.js';
import { SuffixAutomaton } from '../packages/core/src/drafting/n-gram/suffix-automaton.js';
import { writeResult } from './support/write-result.js';

const maximumTokens = 192;
const temperature = 0.8;
const lengths = [3, 7, 15];
const tasks = { 'write code': codePrompts, 'repeat the prompt': repeatingPrompts };

interface Text {
  readonly prompt: readonly number[];
  readonly output: readonly number[];
}

const target = await llamacppBackend.loadModel(tinyModels.target);
const transform = createLogitsTransform({}, target.vocabularySize);
const random = createRequestRandom({ seed: 1 }).round(0);

async function record(prompts: readonly string[], sampling: { temperature: number }): Promise<Text[]> {
  const texts: Text[] = [];
  for (const [seed, prompt] of prompts.entries()) {
    const { tokens } = await generateText({
      target,
      prompt,
      sampling,
      seed,
      maximumTokens,
      ignoreEndTokens: true,
    });
    texts.push({ prompt: encodePrompt(target.tokenizer, prompt), output: tokens });
  }
  return texts;
}

function propose(drafter: Drafter, tokens: readonly number[], maximum: number): Promise<Draft> {
  const context = { tokens, promptLength: 0, transform, random };
  return drafter.propose(
    { ...context, targetHiddenRows: undefined, shouldStop: undefined, signal: undefined },
    { maximumTokens: maximum, maximumLeaves: 1 },
  );
}

/** Every text decoded once by a fresh drafter, with drafts of at most `length` tokens. */
async function replay(createDrafter: () => Drafter, texts: readonly Text[], length: number): Promise<object> {
  let passes = 0;
  let drafted = 0;
  let accepted = 0;
  let committed = 0;
  for (const { prompt, output } of texts) {
    const drafter = createDrafter();
    for (let at = 0; at < output.length; ) {
      const draft = await propose(drafter, [...prompt, ...output.slice(0, at)], length);
      let kept = 0;
      while (kept < draft.tokens.length && draft.tokens[kept] === output[at + kept]) kept += 1;
      const step = Math.min(kept + 1, output.length - at);
      passes += 1;
      drafted += draft.tokens.length;
      accepted += kept;
      committed += step;
      at += step;
    }
    await drafter.close();
  }
  return {
    tokensPerPass: rounded(committed / passes),
    acceptance: rounded(accepted / drafted),
    draftedPerPass: rounded(drafted / passes),
  };
}

function rounded(value: number): number {
  return Number(value.toPrecision(3));
}

const drafting: object[] = [];
for (const [task, prompts] of Object.entries(tasks)) {
  const greedy = await record(prompts, { temperature: 0 });
  const sampled = await record(prompts, { temperature });
  const corpora = sampled.map(({ output }) => output);
  const cases: [texts: string, drafter: string, () => Drafter, readonly Text[]][] = [
    ['greedy', 'prompt-lookup', () => createPromptLookupDrafter(), greedy],
    ['greedy', 'prompt-lookup, matches of 2', () => createPromptLookupDrafter({ minimumMatch: 2 }), greedy],
    ['greedy', 'n-gram', () => createNGramDrafter(), greedy],
    ['greedy', 'n-gram, the sampled texts as corpora', () => createNGramDrafter({ corpora }), greedy],
    ['sampled', 'prompt-lookup', () => createPromptLookupDrafter(), sampled],
    ['sampled', 'prompt-lookup, matches of 2', () => createPromptLookupDrafter({ minimumMatch: 2 }), sampled],
    ['sampled', 'n-gram', () => createNGramDrafter(), sampled],
  ];
  for (const [texts, drafter, createDrafter, some] of cases) {
    for (const length of lengths) {
      const result = { task, texts, drafter, length, ...(await replay(createDrafter, some, length)) };
      drafting.push(result);
      console.log(JSON.stringify(result));
    }
  }
}

/** One long text of the outputs that a program has: code, repeated with changes. */
const sampledCode = await record(codePrompts, { temperature });
const words = sampledCode.flatMap(({ prompt, output }) => [...prompt, ...output]);
const host: object[] = [];
setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;
for (const tokenCount of [1000, 10_000, 100_000, 1_000_000]) {
  // Past the end the text comes again, with one token in twenty replaced.
  const text = Array.from({ length: tokenCount }, (_, index) => {
    const known = words[index % words.length] as number;
    if (index < words.length || random.uniform('sample', 0, index, 0) > 0.05) return known;
    return Math.floor(random.uniform('sample', 0, index, 1) * target.vocabularySize);
  });
  collectGarbage();
  const before = process.memoryUsage().arrayBuffers;
  const automaton = new SuffixAutomaton(33);
  const started = performance.now();
  for (const token of text) automaton.append(token);
  const nanosecondsPerToken = rounded((1e6 * (performance.now() - started)) / tokenCount);
  collectGarbage();
  const bytesPerToken = rounded((process.memoryUsage().arrayBuffers - before) / tokenCount);
  const rounds: Record<string, number> = {};
  if (tokenCount <= 100_000) {
    for (const drafter of [createNGramDrafter(), createPromptLookupDrafter()]) {
      await propose(drafter, text.slice(0, -200), 15);
      const times: number[] = [];
      for (let end = tokenCount - 199; end <= tokenCount; end++) {
        const tokens = text.slice(0, end);
        const start = performance.now();
        await propose(drafter, tokens, 15);
        times.push(performance.now() - start);
      }
      const median = times.toSorted((left, right) => left - right)[times.length >> 1] as number;
      rounds[drafter.name] = rounded(1000 * median);
    }
  }
  const { stateCount, transitionCount } = automaton;
  const statesPerToken = rounded(stateCount / tokenCount);
  const transitionsPerToken = rounded(transitionCount / tokenCount);
  const result = {
    tokenCount,
    nanosecondsPerToken,
    bytesPerToken,
    statesPerToken,
    transitionsPerToken,
    microsecondsPerRound: rounds,
  };
  host.push(result);
  console.log(JSON.stringify(result));
}
await target.close();
await writeResult('n-gram-drafting', { maximumTokens, temperature, drafting, host });
