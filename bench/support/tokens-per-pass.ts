import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import {
  type Backend,
  createRequestRandom,
  type Drafter,
  encodePrompt,
  generateText,
  type LanguageModel,
} from '@foretoken/core';
import { llamacppBackend } from '@foretoken/llamacpp-backend';
import { onnxBackend } from '@foretoken/onnx-backend';
import { bootstrapRatio, hodgesLehmannRatio } from '@foretoken/stats';
import { tinyModels } from '@foretoken/tiny-models';
import { readResult, writeResult } from './write-result.js';

const promptLength = 128;
/** Counts need no speed, and more threads would only be in the way of others. */
export const threads = 1;

/** What is measured: a row of the result. */
export interface TokensSetup {
  readonly drafter: string;
  readonly temperature: number;
  readonly name: string;
  readonly rule: string;
  readonly draftLength: number;
  /** Generations after every prompt; default 1. */
  readonly draws?: number;
  readonly create: () => Drafter;
}

export interface TokensRow {
  readonly backend: string;
  readonly drafter: string;
  readonly temperature: number;
  readonly name: string;
  readonly rule: string;
  readonly prompts: number;
  readonly draws: number;
  readonly tokensPerPass: number;
  /** Passes per token: the time that a prompt takes where only passes count. */
  readonly byPrompt: readonly number[];
}

/** Two rows of an engine beside each other. */
export interface TokensComparison {
  readonly title: string;
  readonly candidate: TokensRow | undefined;
  readonly baseline: TokensRow | undefined;
}

/** A script that counts tokens per target pass. */
export interface TokensScript {
  /** Of the script and of its result. */
  readonly name: string;
  readonly seed: number;
  readonly maximumTokens: number;
  /** The rows on one engine, those that matter most first: a run that is stopped keeps what it has. */
  readonly setups: (backend: Backend, target: LanguageModel) => AsyncIterable<TokensSetup>;
  /** What is compared of an engine's rows, as far as they are there. */
  readonly compare: (rows: readonly TokensRow[]) => readonly TokensComparison[];
}

/** What a file keeps of an engine's rows and comparisons. */
interface TokensResult {
  readonly rows: readonly { readonly backend: string }[];
  readonly comparisons: readonly { readonly backend: string }[];
}

/**
 * Counts tokens per target pass after prompts of application code, on the engines that `--backend` names (default: both)
 * and for the first `--prompts` of the 64. The result is written after every row; what it holds of other engines stays.
 */
export async function measureTokensPerPass(script: TokensScript): Promise<void> {
  const { values: given } = parseArgs({
    options: { backend: { type: 'string' }, prompts: { type: 'string', default: '64' } },
  });
  const texts = (await applicationCode()).slice(0, Number(given.prompts));
  for (const backend of [llamacppBackend, onnxBackend]) {
    if (given.backend !== undefined && given.backend !== backend.name) continue;
    const target = await backend.loadModel(tinyModels.target, { threads });
    const prompts = texts.map((text) => encodePrompt(target.tokenizer, text).slice(0, promptLength));
    const rows: TokensRow[] = [];
    for await (const setup of script.setups(backend, target)) {
      rows.push({ backend: backend.name, ...(await countTokens(script, target, prompts, setup)) });
      await write(script, backend.name, rows);
    }
    await target.close();
  }
}

async function countTokens(
  { seed, maximumTokens }: TokensScript,
  target: LanguageModel,
  prompts: readonly (readonly number[])[],
  { drafter: of, temperature, name, rule, draftLength, draws = 1, create }: TokensSetup,
): Promise<Omit<TokensRow, 'backend'>> {
  const committed = new Array<number>(prompts.length).fill(0);
  const rounds = new Array<number>(prompts.length).fill(0);
  for (let request = 0; request < draws * prompts.length; request++) {
    const place = request % prompts.length;
    const drafter = create();
    const { counters } = await generateText({
      target,
      drafter,
      prompt: prompts[place] as readonly number[],
      sampling: { temperature },
      rule,
      draftLength,
      maximumTokens,
      seed,
      request,
      ignoreEndTokens: true,
    });
    await drafter.close();
    committed[place] = (committed[place] as number) + counters.committedCount;
    rounds[place] = (rounds[place] as number) + counters.roundCount;
  }
  const tokensPerPass = sum(committed) / sum(rounds);
  console.log(of, `T=${temperature}`, name, rule, tokensPerPass.toFixed(3));
  const byPrompt = rounds.map((count, place) => count / (committed[place] as number));
  return { drafter: of, temperature, name, rule, prompts: prompts.length, draws, tokensPerPass, byPrompt };
}

async function write(script: TokensScript, backend: string, rows: readonly TokensRow[]): Promise<void> {
  const { name, seed, maximumTokens } = script;
  const before = (await readResult<TokensResult>(name)) ?? { rows: [], comparisons: [] };
  const kept = <Part extends { readonly backend: string }>(parts: readonly Part[]): Part[] =>
    parts.filter((part) => part.backend !== backend);
  const comparisons = script.compare(rows).flatMap(({ title, candidate, baseline }) => {
    if (candidate === undefined || baseline === undefined) return [];
    return [{ backend, title, ...ratio(candidate, baseline, seed) }];
  });
  await writeResult(name, {
    seed,
    maximumTokens,
    rows: [...kept(before.rows), ...rows.map((row) => ({ ...row, byPrompt: undefined }))],
    comparisons: [...kept(before.comparisons), ...comparisons],
  });
}

/** Tokens per pass of one over those of another, with intervals over prompts. */
function ratio(candidate: TokensRow, baseline: TokensRow, seed: number) {
  const passes = { baseline: baseline.byPrompt, candidate: candidate.byPrompt };
  const keyed = createRequestRandom({ seed }).round(0);
  let drawn = 0;
  return {
    candidate: `${candidate.name}, ${candidate.rule}`,
    baseline: `${baseline.name}, ${baseline.rule}`,
    ofTotals: bootstrapRatio(passes, { random: () => keyed.uniform('sample', 0, 0, drawn++) }),
    byPrompt: hodgesLehmannRatio(passes),
  };
}

/** The best of a drafter's trees beside the best of its chains. */
export function treeOverChain(
  rows: readonly TokensRow[],
  drafter: string,
  temperature: number,
): TokensComparison {
  const own = rows.filter((row) => row.drafter === drafter && row.temperature === temperature);
  return {
    title: `${drafter}, T=${temperature}: best tree over best chain`,
    candidate: best(own.filter(({ name }) => !name.startsWith('chain'))),
    baseline: best(own.filter(({ name }) => name.startsWith('chain'))),
  };
}

/** The prompts of application code. */
async function applicationCode(): Promise<string[]> {
  const file = new URL('../prompts/application-code.txt', import.meta.url);
  return (await readFile(file, 'utf8')).trimEnd().split('\n---\n');
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function best([first, ...others]: readonly TokensRow[]): TokensRow | undefined {
  return (
    first && others.reduce((left, right) => (right.tokensPerPass > left.tokensPerPass ? right : left), first)
  );
}
