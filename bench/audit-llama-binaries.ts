/**
 * llama.cpp's speculative command-line programs, audited as black boxes: every draw is a process with a seed of its own, on
 * the embedded pair at temperature 1 and top-k 3, held against the law of the same target file on our llama.cpp backend.
 * `llama-speculative` must fail, `llama-speculative-simple` must pass. How to build the programs: docs/audit-endpoint.md.
 * Run: npx tsx bench/audit-llama-binaries.ts --bin <folder> [--draws <n>] (after npm run build).
 */
import path from 'node:path';
import { parseArgs } from 'node:util';
import { auditSamples } from '@foretoken/audit';
import { llamacppBackend } from '@foretoken/llamacpp-backend';
import { tinyModels } from '@foretoken/tiny-models';
import { codePrompts } from '../apps/cli/src/prompts/code-prompts.js';
import { createLlamaBinarySource, decodableSequences } from './support/llama-binary-source.js';
import { writeResult } from './support/write-result.js';

const { values } = parseArgs({
  options: { bin: { type: 'string' }, draws: { type: 'string', default: '1500' } },
});
if (values.bin === undefined) throw new Error('Give --bin, the folder of the programs.');
const topK = 3;
const tokens = 3;
const promptCount = 2;
const programs = [
  { name: 'llama-speculative', programArguments: ['--spec-draft-n-max', '3'], expected: 'not lossless' },
  {
    name: 'llama-speculative-simple',
    programArguments: ['--spec-type', 'draft-simple', '--spec-draft-n-max', '3'],
    expected: 'equivalent',
  },
];

const target = await llamacppBackend.loadModel(tinyModels.target, { threads: 1, contextLength: 256 });
const prompts: string[] = [];
// Beginnings of the prompts, one of each at most, until enough of them say by their text which tokens follow.
for (const text of codePrompts) {
  for (let length = 12; length < text.length && prompts.length < promptCount; length++) {
    const prompt = text.slice(0, length);
    if (!prompt.endsWith(' ') || (await decodableSequences(target, prompt, tokens, topK)) === undefined)
      continue;
    prompts.push(prompt);
    break;
  }
}
process.stdout.write(`prompts: ${JSON.stringify(prompts)}\n`);

const results: object[] = [];
let surprises = prompts.length < promptCount ? 1 : 0;
for (const { name, programArguments, expected } of programs) {
  const program = path.join(values.bin, name);
  const source = createLlamaBinarySource({ program, programArguments, target, topK });
  const { verdict, ...audit } = await auditSamples(source, {
    prompts,
    tokens,
    draws: Number(values.draws),
    concurrency: 2,
    margin: 0.15,
    onProgress: ({ fraction, secondsLeft }) => {
      if (Math.round(fraction * 1000) % 50 === 0)
        process.stderr.write(`${name} ${fraction.toFixed(2)} ${secondsLeft.toFixed(0)} s left\n`);
    },
  });
  process.stdout.write(`${name}: ${verdict.summary}\n`);
  if (verdict.outcome !== expected) surprises += 1;
  const { draws, seconds, ranks, histories, worstTokens } = audit;
  results.push({
    program: name,
    programArguments,
    expected,
    draws,
    seconds,
    verdict,
    ranks,
    histories,
    worstTokens,
  });
}
await target.close();
await writeResult('audit-llama-binaries', { topK, temperature: 1, tokens, prompts, results });
process.exitCode = surprises === 0 ? 0 : 1;
