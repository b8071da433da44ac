import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readGguf, type TypedValue } from '@foretoken/models';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { specBenchTexts } from '../../bench/support/spec-bench-prompts.js';
import { borderCharacters } from '../support/border-characters.js';
import {
  type BothTokenizers,
  expectSameTokens,
  expectSameVocabulary,
  openBothTokenizers,
} from '../support/compare-tokenizers.js';
import { smallestShape } from '../support/llama-weights.js';
import { SeededRandom } from '../support/seeded-random.js';
import { tokenizerText } from '../support/tokenizer-text.js';
import { writeLlamaGguf } from '../support/write-llama-gguf.js';
import { missing, realModels, realVocabularies } from './real-models.js';

const seed = 20261129;
const characters = borderCharacters();
const folder = await mkdtemp(path.join(tmpdir(), 'foretoken-vocabularies-'));
afterAll(() => rm(folder, { recursive: true }));

/** The smallest model with a file's vocabulary: llama.cpp is not asked for one without weights here. */
async function withWeights(vocabulary: string): Promise<string> {
  const { metadata, metadataTypes } = await readGguf(vocabulary);
  const entries = [...metadata]
    .filter(([key]) => key.startsWith('tokenizer.'))
    .map(([key, value]) => [key, { type: metadataTypes.get(key), value } as TypedValue] as const);
  const tokens = metadata.get('tokenizer.ggml.tokens') as readonly string[];
  const file = path.join(folder, path.basename(vocabulary));
  await writeLlamaGguf(file, {
    shape: { ...smallestShape, vocabularySize: tokens.length },
    vocabulary: entries,
  });
  return file;
}

describe.each([...Object.values(realModels), ...realVocabularies])('outside llama.cpp %s', (source) => {
  let opened: BothTokenizers | undefined;
  afterAll(() => opened?.close());
  const open = async (skip: (condition: boolean, note?: string) => void): Promise<BothTokenizers> => {
    skip(missing(source) !== undefined, missing(source));
    const isVocabulary = realVocabularies.includes(source);
    opened ??= await openBothTokenizers(isVocabulary ? await withWeights(source) : source);
    return opened;
  };

  test('has the same tokens', async ({ skip }) => {
    expectSameVocabulary(await open(skip));
  });

  test('reads prompts and code alike', async ({ skip }) => {
    const both = await open(skip);
    const texts = await specBenchTexts().catch(() => undefined);
    skip(texts === undefined, 'skipped: the questions of Spec-Bench are not there');
    const code = await readFile(new URL(import.meta.url), 'utf8');
    for (const text of [...(texts ?? []), code]) expectSameTokens(both, text);
  });

  test('reads odd texts alike', async ({ skip }) => {
    const both = await open(skip);
    const special = ['<|im_start|>', '<|im_end|>', '<|fim_prefix|>', '<tool_call>', '<s>', '</s>', '<0x0A>'];
    const texts = tokenizerText([...special, '12345', ' 漢字かな', '한국어', 'हिन्दी', 'ปืน', '     ', "I'LL"]);
    fc.assert(
      fc.property(texts, (text) => expectSameTokens(both, text)),
      { seed, numRuns: 2000 },
    );
  });

  test('reads the texts of random tokens alike', async ({ skip }) => {
    const both = await open(skip);
    const random = new SeededRandom(seed);
    const last = both.inside.vocabularySize - 1;
    for (let sample = 0; sample < 1000; sample++) {
      const tokens = Array.from({ length: random.whole(1, 40) }, () => random.whole(0, last));
      const text = both.inside.decode(tokens);
      expect(both.outside.decode(tokens)).toBe(text);
      expectSameTokens(both, text);
    }
  });

  test('draws the lines between all characters alike', async ({ skip }) => {
    const { inside, outside } = await open(skip);
    const differing = characters.filter((one) => {
      const sample = `a${one}B ${one}1${one}${one}  ${one}! ${one} \n${one}`;
      return outside.encode(sample).join() !== inside.encode(sample).join();
    });
    expect(differing).toEqual([]);
  });
});
