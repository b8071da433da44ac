import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { createReportedLaw, type DrawnToken, type DrawSource, type ReportedLaw } from '@foretoken/audit';
import { encodePrompt, EngineError, type LanguageModel } from '@foretoken/core';
import { tinyModels } from '@foretoken/tiny-models';

const run = promisify(execFile);

export interface LlamaBinaryOptions {
  /** The program: `llama-speculative` or `llama-speculative-simple`. */
  readonly program: string;
  /** Further arguments of the program. */
  readonly programArguments: readonly string[];
  /** The same target, for the law that the program should draw from. */
  readonly target: LanguageModel;
  /** Most probable tokens that are sampled from, at temperature 1. */
  readonly topK: number;
}

/** A sequence that can be drawn, with its text. */
interface Sequence {
  readonly tokens: readonly number[];
  readonly text: string;
}

/** Logits closer than this at the edge of the top k could change places by rounding. */
const leastGap = 0.05;

/**
 * A command-line program of llama.cpp that speculates, as a source of draws: one process a draw. It prints text alone, so
 * prompts must be such that the text says which tokens were drawn.
 */
export function createLlamaBinarySource(options: LlamaBinaryOptions): DrawSource {
  const { program, target, topK } = options;
  return {
    name: path.basename(program),
    openPrompt: async (text) => ({
      text,
      askLaw: (history) => topLaw(target, text, tokensOf(history), topK),
      async draw({ seed, tokens: count }, signal) {
        const sequences = await decodableSequences(target, text, count, topK);
        if (sequences === undefined)
          throw new EngineError(`The texts after ${JSON.stringify(text)} are ambiguous.`);
        const programArguments = [...fixedArguments(text, count, seed, topK), ...options.programArguments];
        const stdout = await completeOutput(program, programArguments, signal);
        const start = stdout.indexOf(text);
        const drawn = stdout.slice(start + text.length);
        const found = start < 0 ? undefined : sequences.find((sequence) => drawn.startsWith(sequence.text));
        if (found === undefined) {
          throw new EngineError(
            `${program} printed ${JSON.stringify(stdout.slice(-200))} with seed ${seed}: none of the ${sequences.length} sequences that can be drawn.`,
          );
        }
        const tokens = found.tokens.map((token) => drawnToken(target, token));
        return { tokens, text: found.text, ended: false };
      },
    }),
  };
}

/** What the programs print last. */
const endOfOutput = '\n\n\n\n';
const mostTries = 10;

/**
 * What a program prints. Its log has a thread of its own, and on a busy machine the process can end before all is
 * written: then it runs again, with the same seed.
 */
async function completeOutput(
  program: string,
  programArguments: readonly string[],
  signal: AbortSignal,
): Promise<string> {
  for (let attempt = 1; attempt <= mostTries; attempt++) {
    const { stdout } = await run(program, programArguments, { signal, maxBuffer: 1 << 20 });
    if (stdout.endsWith(endOfOutput)) return stdout;
  }
  throw new EngineError(`${program} broke off its output ${mostTries} times.`);
}

function fixedArguments(prompt: string, count: number, seed: number, topK: number): string[] {
  const { target, draft } = tinyModels;
  const models = ['-m', target, '-md', draft, '-t', '1', '-c', '256'];
  const sampling = ['--temp', '1', '--top-k', String(topK), '--top-p', '1', '--min-p', '0'];
  // Texts are taken as they are, and one token more is asked for than is looked at.
  return [
    ...models,
    ...sampling,
    '--no-escape',
    '-p',
    prompt,
    '-n',
    String(count + 1),
    '--seed',
    String(seed),
  ];
}

const known = new Map<string, Promise<readonly Sequence[] | undefined>>();

/** All sequences of the top k tokens; undefined where one's text begins another's, or rounding could change the top k. */
export function decodableSequences(
  target: LanguageModel,
  prompt: string,
  count: number,
  topK: number,
): Promise<readonly Sequence[] | undefined> {
  const key = JSON.stringify([prompt, count, topK]);
  const before = known.get(key);
  if (before !== undefined) return before;
  const found = findSequences(target, prompt, count, topK);
  known.set(key, found);
  return found;
}

async function findSequences(
  target: LanguageModel,
  prompt: string,
  count: number,
  topK: number,
): Promise<readonly Sequence[] | undefined> {
  let paths: (readonly number[])[] = [[]];
  for (let depth = 0; depth < count; depth++) {
    const longer: (readonly number[])[] = [];
    for (const tokens of paths) {
      const { tokens: top, logits } = await topLogits(target, prompt, tokens, topK + 1);
      if ((logits[topK - 1] as number) - (logits[topK] as number) < leastGap) return undefined;
      if ([...top].slice(0, topK).some((token) => target.tokenizer.endTokens.includes(token)))
        return undefined;
      longer.push(...[...top].slice(0, topK).map((token) => [...tokens, token]));
    }
    paths = longer;
  }
  const sequences = paths.map((tokens) => ({ tokens, text: target.tokenizer.decode(tokens) }));
  const ambiguous = sequences.some(({ text }, index) =>
    sequences.some((other, at) => at !== index && (other.text.startsWith(text) || text.includes('\u{FFFD}'))),
  );
  return ambiguous ? undefined : sequences;
}

async function topLaw(
  target: LanguageModel,
  prompt: string,
  history: readonly number[],
  topK: number,
): Promise<ReportedLaw> {
  const { tokens, logits } = await topLogits(target, prompt, history, topK);
  const weights = [...logits].map((logit) => Math.exp(logit - (logits[0] as number)));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const reported = [...tokens].map((token, index) => ({
    ...drawnToken(target, token),
    probability: (weights[index] as number) / sum,
  }));
  return createReportedLaw(reported, { asked: topK + 1, where: target.name });
}

async function topLogits(target: LanguageModel, prompt: string, history: readonly number[], count: number) {
  const sequence = target.createSequence();
  try {
    const tokens = [...encodePrompt(target.tokenizer, prompt), ...history];
    const [result] = await target.forward([{ sequence, tokens, rows: 'last' }]);
    const top = result?.logits.topK(0, count);
    if (top === undefined) throw new EngineError('The pass gave no row.');
    return top;
  } finally {
    sequence.close();
  }
}

function tokensOf(history: readonly DrawnToken[]): number[] {
  return history.map(({ key }) => Number(key));
}

function drawnToken({ tokenizer }: LanguageModel, token: number): DrawnToken {
  return { key: String(token), text: tokenizer.decode([token]), law: undefined };
}
