/**
 * What pages of 2 MiB for the weights are worth: greedy generation in two processes that take turns, one of which has Linux
 * switch huge pages off. The speed of reading a prompt and of decoding plainly, over that with pages of 4 KiB; geometric
 * means over generations, with 95 % bootstrap intervals.
 *
 * Run (Linux; after npm run build): npx tsx bench/huge-pages.ts [--model FILE] [--rounds 20]; the embedded target is measured always.
 */
import path from 'node:path';
import { parseArgs } from 'node:util';
import { ggufTokenizer, readGguf } from '@foretoken/models';
import { tinyModels } from '@foretoken/tiny-models';
import { meanRatio } from './support/mean-ratio.js';
import { ask, startWorker } from './support/worker-process.js';
import { writeResult } from './support/write-result.js';
import type { GenerationAnswer } from './workers/generation-request.js';

const { values: given } = parseArgs({
  options: {
    model: { type: 'string', multiple: true, default: [] },
    rounds: { type: 'string', default: '20' },
  },
});
const rounds = Number(given.rounds);
const warmUpRounds = 2;
const tokenCount = 32;
const threads = '2';
const text =
  'Write a TypeScript function that parses a line of CSV into fields, and explain each step. '.repeat(12);

const speeds = ({
  tokenMilliseconds: [first = 0, ...rest],
}: GenerationAnswer): Record<'prompt' | 'decoding', number> => ({
  prompt: 1 / first,
  decoding: 1 / rest.reduce((sum, milliseconds) => sum + milliseconds, 0),
});

function geometricMean(ratios: readonly number[]): object {
  const { ratio = Number.NaN, interval95 = [] } = meanRatio(ratios.map(Math.log)) ?? {};
  const rounded = (value: number): number => Number(value.toFixed(3));
  return { mean: rounded(ratio), interval95: interval95.map(rounded) };
}

const results: object[] = [];
for (const model of [tinyModels.target, ...given.model]) {
  const prompt = ggufTokenizer(await readGguf(model)).encode(text);
  for (const engine of model === tinyModels.target ? ['llamacpp', 'onnx'] : ['llamacpp']) {
    const small = await startWorker('pages-worker.ts', [engine, model, threads, 'small']);
    const huge = await startWorker('pages-worker.ts', [engine, model, threads]);
    const ratios: Record<'prompt' | 'decoding', number[]> = { prompt: [], decoding: [] };
    for (let round = -warmUpRounds; round < rounds; round++) {
      const request = { prompt, tokenCount, temperature: 0, seed: 0, ignoreEndTokens: true };
      const turns = round % 2 === 0 ? [small, huge] : [huge, small];
      const answers = [
        await ask(turns[0] as typeof huge, request),
        await ask(turns[1] as typeof huge, request),
      ];
      const [withSmall, withHuge] = (turns[0] === small ? answers : answers.toReversed()).map(speeds);
      if (round < 0 || withSmall === undefined || withHuge === undefined) continue;
      ratios.prompt.push(withHuge.prompt / withSmall.prompt);
      ratios.decoding.push(withHuge.decoding / withSmall.decoding);
    }
    small.disconnect();
    huge.disconnect();
    const result = {
      engine,
      model: path.basename(model),
      prompt: geometricMean(ratios.prompt),
      decoding: geometricMean(ratios.decoding),
    };
    results.push(result);
    console.log(JSON.stringify(result));
  }
}
await writeResult('huge-pages', { rounds, promptTokens: 'about 230', tokenCount, threads, results });
