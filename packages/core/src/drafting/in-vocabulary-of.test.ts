import { describe, expect, test, vi } from 'vitest';
import { generateText } from '../decoding/generate-text.js';
import { VocabularyMismatchError } from '../errors/vocabulary-mismatch-error.js';
import { generationError } from '../testing/enumerate-generation.js';
import { randomTable } from '../testing/random-table.js';
import { randomTableModel } from '../testing/random-table-model.js';
import { verificationRules } from '../verification/rules.js';
import { inVocabularyOf, ResizedVocabulary } from './in-vocabulary-of.js';
import { createModelDrafter } from './model-drafter.js';
import { createModelTreeDrafter } from './model-tree-drafter.js';
import { createPromptLookupDrafter } from './prompt-lookup-drafter.js';
import { createStagedDrafter } from './staged-drafter.js';

vi.mock('../sampling/draw.js', async (importOriginal) => {
  const { exploredDraws } = await import('../testing/explored-draws.js');
  return exploredDraws(await importOriginal());
});

// Proofs by enumeration: nothing is sampled, so nothing has a false-alarm probability. The tables' seeds are fixed.
const tolerance = 1e-12;

describe.each([
  ['shorter', 2],
  ['longer', 4],
])('a draft whose vocabulary is %s than the target', (_, size) => {
  const law = randomTable(1, 3, 'smooth');
  const target = randomTableModel(1, 3);
  // The target writes a token that the shorter one does not have.
  const prompt = [0, 2, 1];
  const model = new ResizedVocabulary(randomTableModel(2, size), target.tokenizer);
  const error = (rule: string, createDrafter = () => createModelDrafter({ model, target })) =>
    generationError({ target, law, prompt, count: 3, rule, createDrafter });

  test.each([...verificationRules.keys()])('keeps the joint law of several rounds under %s', async (rule) => {
    expect(await error(rule)).toBeLessThan(tolerance);
  });

  test('keeps it with trees', async () => {
    const tree = { kind: 'static', widths: [2, 1] } as const;
    expect(await error('traversal', () => createModelTreeDrafter({ model, target, tree }))).toBeLessThan(
      tolerance,
    );
  });

  test('keeps it in stages', async () => {
    const staged = () => createStagedDrafter({ model, target, drafter: createPromptLookupDrafter() });
    expect(await error('tokenwise', staged)).toBeLessThan(tolerance);
  });
});

describe('models of one family that are padded to different sizes', () => {
  // Regression: a draft that has all tokens of the target but the padding was refused as one of another vocabulary.
  test.each([
    ['shorter', 200, 199],
    ['longer', 199, 200],
  ])('draft for each other, the draft %s', async (_, targetSize, draftSize) => {
    const [target, model] = [randomTableModel(1, targetSize), randomTableModel(1, draftSize)];
    const drafter = createModelDrafter({ model, target });
    const { counters, drafterFailure } = await generateText({
      target,
      drafter,
      prompt: [targetSize - 1, 5],
      draftLength: 3,
      maximumTokens: 12,
    });
    expect(drafterFailure).toBeUndefined();
    expect(counters.draftedCount).toBeGreaterThan(0);
  });

  test('are told from a vocabulary that has less', () => {
    expect(() => inVocabularyOf(randomTableModel(1, 200), randomTableModel(1, 190))).toThrow(
      VocabularyMismatchError,
    );
  });

  test('a token that the draft does not have is impossible under its law', async () => {
    const resized = new ResizedVocabulary(randomTableModel(2, 2), randomTableModel(1, 3).tokenizer);
    const request = { sequence: resized.createSequence(), tokens: [0, 2], rows: 'all' as const };
    const [result] = await resized.forward([request]);
    const rows = [0, 1].map((row) => [...(result?.logits.read(row) ?? [])]);
    for (const row of rows) {
      expect(row).toHaveLength(3);
      expect(row[2]).toBe(Number.NEGATIVE_INFINITY);
    }
    expect(rows[0]).not.toEqual(rows[1]);
  });
});

test('the same vocabulary is the model itself', () => {
  const [target, draft] = [randomTableModel(1, 3), randomTableModel(2, 3)];
  expect(inVocabularyOf(target, draft)).toBe(draft);
});
