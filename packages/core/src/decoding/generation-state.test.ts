import { describe, expect, test } from 'vitest';
import type { Drafter } from '../contract/drafter.js';
import type { LanguageModel } from '../contract/language-model.js';
import { ContextOverflowError } from '../errors/context-overflow-error.js';
import { InvalidArgumentError } from '../errors/invalid-argument-error.js';
import { TokenOutOfRangeError } from '../errors/token-out-of-range-error.js';
import { UnsupportedError } from '../errors/unsupported-error.js';
import { createLogitsTransform } from '../sampling/create-logits-transform.js';
import { oneHot } from '../sampling/draw.js';
import { createTableModel } from '../testing/table-model.js';
import type { GenerateOptions } from './generate-options.js';
import { createGenerationState, type GenerationState } from './generation-state.js';

const vocabularySize = 3;
const contextLength = 8;
const law = () => oneHot(1);
const target = createTableModel({ law, vocabularySize, contextLength, endTokens: [2] });
const drafter: Drafter = {
  name: 'none',
  propose: async () => ({ tokens: [], parents: [], distributions: [], drafters: [] }),
  observe() {},
  async close() {},
};

/** The state for some options, its sequence closed. */
function stateOf(options: Partial<GenerateOptions>): GenerationState {
  const state = createGenerationState({ target, prompt: [0, 1], ...options });
  state.sequence.close();
  return state;
}

const sampling = { temperature: 0.5 };
const transform = createLogitsTransform(sampling, vocabularySize);
test.each<[Partial<GenerateOptions>, new (message: string) => Error, string]>([
  [
    { prompt: [] },
    InvalidArgumentError,
    'The prompt is empty, and table has no begin token to start from. Give',
  ],
  [
    { prompt: '' },
    InvalidArgumentError,
    'The prompt is empty, and table has no begin token to start from. Give',
  ],
  [
    { prompt: [0, 3] },
    TokenOutOfRangeError,
    'Token 3 at position 1 of the prompt: table has the tokens 0 to 2.',
  ],
  [
    { prompt: [-1] },
    TokenOutOfRangeError,
    'Token -1 at position 0 of the prompt: table has the tokens 0 to 2.',
  ],
  [
    { prompt: [0.5] },
    TokenOutOfRangeError,
    'Token 0.5 at position 0 of the prompt: table has the tokens 0 to 2.',
  ],
  [
    { prompt: new Array<number>(9).fill(0) },
    ContextOverflowError,
    'The prompt has 9 tokens, the context of table holds 8. Shorten the prompt or load the model with a larger contextLength.',
  ],
  [{ maximumTokens: 0 }, InvalidArgumentError, 'maximumTokens must be a whole number of at least 1, not 0.'],
  [
    { maximumTokens: 1.5 },
    InvalidArgumentError,
    'maximumTokens must be a whole number of at least 1, not 1.5.',
  ],
  [{ logprobs: -1 }, InvalidArgumentError, 'logprobs must be a whole number from 0 to 20, not -1.'],
  [{ logprobs: 21 }, InvalidArgumentError, 'logprobs must be a whole number from 0 to 20, not 21.'],
  [{ logprobs: 1.5 }, InvalidArgumentError, 'logprobs must be a whole number from 0 to 20, not 1.5.'],
  [
    { stop: ['a', ''] },
    InvalidArgumentError,
    'A stop string may not be empty: it would end every generation at',
  ],
  [{ rule: 'none' }, InvalidArgumentError, 'There is no verification rule "none".'],
  [
    { draftLength: -1 },
    InvalidArgumentError,
    'The draft length must be a whole number of at least 0, not -1.',
  ],
  [{ sampling, transform }, InvalidArgumentError, 'Give sampling or a transform compiled from it, not both.'],
  [
    { transform: createLogitsTransform({}, 4) },
    InvalidArgumentError,
    'The transform is for 4 tokens, table has 3.',
  ],
])('%o is refused, with what was wrong and what holds', (options, kind, said) => {
  expect(() => stateOf(options)).toThrow(kind);
  expect(() => stateOf(options)).toThrow(said);
  // Nothing was opened: all four sequences are still there.
  const open = [1, 2, 3, 4].map(() => target.createSequence());
  for (const sequence of open) sequence.close();
});

describe('a sequence of the caller', () => {
  test('is taken as it is, up to all but the last token of the prompt', async () => {
    const sequence = target.createSequence();
    await target.forward([{ sequence, tokens: [0], rows: 'none' }]);
    expect(createGenerationState({ target, prompt: [0, 1], sequence }).sequence).toBe(sequence);
    expect(() => createGenerationState({ target, prompt: [0], sequence })).toThrow(
      "The sequence holds 1 tokens, the prompt has 1: at least the prompt's last token must still be read. Roll the sequence back to 0.",
    );
    sequence.close();
  });

  test('must be of the target', () => {
    const sequence = createTableModel({ law, vocabularySize }).createSequence();
    expect(() => stateOf({ sequence })).toThrow(InvalidArgumentError);
    expect(() => stateOf({ sequence })).toThrow(
      'The sequence belongs to another model than the target table.',
    );
  });
});

test('a target whose cache cannot be shortened is refused with a drafter, and decodes without', () => {
  const recurrent: LanguageModel = createTableModel({ law, vocabularySize });
  Object.assign(recurrent, { capabilities: { ...recurrent.capabilities, rollback: false } });
  expect(() => stateOf({ target: recurrent, drafter })).toThrow(UnsupportedError);
  expect(() => stateOf({ target: recurrent, drafter })).toThrow(/the target of speculative decoding/);
  expect(stateOf({ target: recurrent }).drafter).toBeUndefined();
});

test.each([
  // The last token of the prompt leaves room for as many as the context holds without the others.
  [{}, 7, 'context-full'],
  [{ prompt: new Array<number>(8).fill(0) }, 1, 'context-full'],
  [{ maximumTokens: 8 }, 7, 'context-full'],
  [{ maximumTokens: 7 }, 7, 'maximum-tokens'],
  [{ maximumTokens: 1 }, 1, 'maximum-tokens'],
])('%o ends after %i tokens: %s', (options, maximumTokens, limitReason) => {
  expect(stateOf(options)).toMatchObject({ maximumTokens, limitReason });
});

test('hidden states are those of tokens that the sequence holds, and of their width', async () => {
  const sequence = target.createSequence();
  await target.forward([{ sequence, tokens: [0, 1], rows: 'none' }]);
  const rows = (count: number, width: number) => Array.from({ length: count }, () => new Float32Array(width));
  const given = (hiddenStates: readonly Float32Array[]) =>
    stateOf({ prompt: [0, 1, 0], sequence, drafter, hiddenStates });
  expect(() => given(rows(2, 4))).not.toThrow();
  expect(() => given(rows(3, 4))).toThrow(/3 rows, the sequence holds 2 tokens/);
  expect(() => given(rows(1, 5))).toThrow(/width 5, .* has 4/);
  expect(() => stateOf({ prompt: [0, 1], hiddenStates: rows(1, 4) })).toThrow(/holds 0 tokens/);
  sequence.close();
});

test('what is not given has its default', () => {
  const state = stateOf({ prompt: 'ab' });
  expect(state).toMatchObject({
    tokens: [0, 1],
    promptLength: 2,
    outputCount: 0,
    hiddenStates: undefined,
    rule: { name: 'block' },
    controller: { name: 'fixed 4' },
    transform: { greedy: false, vocabularySize },
  });
  expect([...state.endTokens]).toEqual([2]);
  const uniform = (options: Partial<GenerateOptions>) =>
    stateOf(options).random.round(2).uniform('draft', 0, 0, 0);
  expect(uniform({})).toBe(uniform({ seed: 0, request: 0 }));
  expect(new Set([uniform({}), uniform({ seed: 1 }), uniform({ request: 1 })]).size).toBe(3);
});

test('what is given is used', () => {
  const controller = { name: 'own', next: () => 0, observe: () => {} };
  const prompt = [0, 1, 0];
  const state = stateOf({
    prompt,
    drafter: { ...drafter, needsHiddenStates: true },
    draftLength: controller,
    transform,
    rule: 'tokenwise',
    ignoreEndTokens: true,
    logprobs: 20,
  });
  expect(state.controller).toBe(controller);
  expect(state.transform).toBe(transform);
  expect(state.rule.name).toBe('tokenwise');
  expect(state.hiddenStates).toBeDefined();
  expect([...state.endTokens]).toEqual([]);
  // A copy: the loop adds to it.
  expect(state.tokens).toEqual(prompt);
  expect(state.tokens).not.toBe(prompt);
  expect([...stateOf({ ignoreEndTokens: false, logprobs: 0 }).endTokens]).toEqual([2]);
});
