/**
 * How much of a text should a draft model read? For 60 Spec-Bench prompts (their last 768 tokens) and the embedded target's
 * greedy text after each: the share of its tokens that the embedded draft model would guess right, and how many of three in a
 * row, by the size of its window (`TextWindow`). Exact, whatever the machine does: a greedy draft goes on while its guesses are
 * the text's own.
 *
 * Run: npx tsx bench/text-window.ts (after npm run build; a minute).
 */
import { generateText } from '@foretoken/core';
import { llamacppBackend } from '@foretoken/llamacpp-backend';
import { tinyModels } from '@foretoken/tiny-models';
import { TextWindow } from '../packages/core/dist/drafting/text-window.js';
import { specBenchPrompts } from './support/spec-bench-prompts.js';
import { textGuesses } from './support/text-guesses.js';
import { writeResult } from './support/write-result.js';

const textLength = 128;
const draftLength = 3;
/** Tokens of a window; the longest is the model's whole context. */
const sizes = [128, 256, 384, 512, 768, 1024] as const;
const threads = 1;

const target = await llamacppBackend.loadModel(tinyModels.target, { threads });
const draft = await llamacppBackend.loadModel(tinyModels.draft, { threads });
const prompts = await specBenchPrompts(target);
interface Sums {
  places: number;
  right: number;
  inARow: number;
}
const sums = new Map<string, Sums>();
for (const { category, tokens: prompt } of prompts) {
  const { tokens } = await generateText({
    target,
    prompt,
    sampling: { temperature: 0 },
    maximumTokens: textLength,
    ignoreEndTokens: true,
  });
  const text = [...prompt, ...tokens];
  for (const size of sizes) {
    const window = new TextWindow({ contextLength: 2 * size, tokenizer: draft.tokenizer });
    const guesses = await textGuesses(draft, window, text, prompt.length);
    const right = guesses.map(({ isRight }) => isRight);
    for (const key of [`${size} all`, `${size} ${category}`]) {
      const sum = sums.get(key) ?? { places: 0, right: 0, inARow: 0 };
      sums.set(key, sum);
      for (const [place, isRight] of right.entries()) {
        const wrong = right.slice(place, place + draftLength).indexOf(false);
        sum.places += 1;
        sum.right += isRight ? 1 : 0;
        sum.inARow += wrong < 0 ? Math.min(draftLength, right.length - place) : wrong;
      }
    }
  }
}
await draft.close();
await target.close();
const rows = [...sums].map(([key, { places, right, inARow }]) => {
  const [size, category] = key.split(' ');
  const rounded = (value: number): number => Number((value / places).toFixed(3));
  return { window: Number(size), category, right: rounded(right), acceptedOfThree: rounded(inARow) };
});
for (const row of rows.toSorted((left, right) => left.window - right.window))
  console.log(JSON.stringify(row));
await writeResult('text-window', { prompts: prompts.length, tokens: textLength, draftLength, rows });
