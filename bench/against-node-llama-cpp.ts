/**
 * Plain greedy generation through our loop against node-llama-cpp's own `evaluate`: the same file, library,
 * threads and prompts, in two processes that take turns. Run:
 *   npm run bench:node-llama-cpp -- --threads 1 --threads 2 --rounds 24
 */
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { ggufTokenizer, readGguf } from '@foretoken/models';
import { tinyModels } from '@foretoken/tiny-models';
import { installedNodeLlamaCpp, nodeLlamaCppVersion } from './support/node-llama-cpp.js';
import { ask, startWorker } from './support/worker-process.js';
import type { GenerationAnswer } from './workers/generation-request.js';
import { machine } from './support/machine.js';

const contextLength = 1024;
const tokenCount = 64;
const warmUpRounds = 2;
const resamples = 2000;

const prompts = [
  'export function add(',
  'import { readFile } from "node:fs/promises";\n\nasync function ',
  'interface User {\n  id: number;\n',
  'class Queue<Item> {\n  #items: Item[] = [];\n\n  push(',
  'const routes = new Map<string, Handler>();\n\napp.get("/users/:id", ',
  'describe("parser", () => {\n  it("reads numbers", () => {\n',
  'export const useCounter = (): [number, () => void] => {\n',
  'type Tree<Value> = { value: Value; children: Tree<Value>[] };\n\nfunction walk<Value>(',
];

const library = installedNodeLlamaCpp();
const tokenizer = ggufTokenizer(await readGguf(tinyModels.target));
const encoded = prompts.map((prompt) => tokenizer.encode(prompt));
const { values: settings } = parseArgs({
  options: {
    threads: { type: 'string', multiple: true, default: ['1', '2'] },
    rounds: { type: 'string', default: '24' },
  },
});
const rounds = Number(settings.rounds);
const results: object[] = [];
for (const threads of settings.threads) results.push(await compare(Number(threads)));
await writeFile(
  new URL('results/against-node-llama-cpp.json', import.meta.url),
  `${JSON.stringify(
    {
      command: 'npm run bench:node-llama-cpp',
      machine,
      nodeLlamaCpp: nodeLlamaCppVersion,
      model: 'packages/tiny-models/models/target.gguf',
      prompts: prompts.length,
      rounds,
      tokenCount,
      results,
    },
    null,
    2,
  )}\n`,
);

/** Runs both in turns, the first of each pair alternating, and compares the pairs. */
async function compare(threads: number): Promise<object> {
  const common = [tinyModels.target, String(threads), String(contextLength)];
  const ours = await startWorker('foretoken-worker.ts', common);
  const theirs = await startWorker('node-llama-cpp-worker.ts', [...common, library]);
  const ratios: number[] = [];
  const [ourGaps, theirGaps]: [number[], number[]] = [[], []];
  let equalTexts = 0;
  for (let round = -warmUpRounds; round < rounds; round++) {
    for (const [index, prompt] of encoded.entries()) {
      const request = { prompt, tokenCount, temperature: 0, seed: 0, ignoreEndTokens: true };
      const oursFirst = (round + index) % 2 === 0;
      const first = await ask(oursFirst ? ours : theirs, request);
      const second = await ask(oursFirst ? theirs : ours, request);
      const [our, their] = oursFirst ? [first, second] : [second, first];
      if (round < 0) continue;
      if (our.tokens.join() === their.tokens.join()) equalTexts += 1;
      ratios.push(total(their) / total(our));
      ourGaps.push(...our.tokenMilliseconds.slice(1));
      theirGaps.push(...their.tokenMilliseconds.slice(1));
    }
  }
  ours.disconnect();
  theirs.disconnect();
  const result = {
    threads,
    // Of whole generations, prompt included: theirs / ours, so that more than 1 means that ours is faster.
    ratio: percentile(ratios, 0.5),
    interval95: medianInterval(ratios),
    p10: percentile(ratios, 0.1),
    p90: percentile(ratios, 0.9),
    // Milliseconds from one token to the next; of the fastest tenth, where nothing else ran on the machine.
    ourToken: { p10: percentile(ourGaps, 0.1), median: percentile(ourGaps, 0.5) },
    theirToken: { p10: percentile(theirGaps, 0.1), median: percentile(theirGaps, 0.5) },
    equalTexts,
    texts: ratios.length,
  };
  console.log(JSON.stringify(result));
  return result;
}

function total({ tokenMilliseconds }: GenerationAnswer): number {
  return tokenMilliseconds.reduce((sum, milliseconds) => sum + milliseconds, 0);
}

function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((left, right) => left - right);
  const value = sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] as number;
  return Math.round(value * 1000) / 1000;
}

/** A 95 % bootstrap interval of the median, with a generator of its own so that it can be repeated. */
function medianInterval(values: readonly number[]): [number, number] {
  let state = 20_261_124;
  const index = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * values.length);
  };
  const medians = Array.from({ length: resamples }, () =>
    percentile(
      values.map(() => values[index()] as number),
      0.5,
    ),
  );
  return [percentile(medians, 0.025), percentile(medians, 0.975)];
}
