import { describe, expect, test } from 'vitest';
import type { Drafter } from '../contract/drafter.js';
import { createInputCopyDrafter } from '../drafting/input-copy-drafter.js';
import { InvalidDraftError } from '../errors/invalid-draft-error.js';
import { createEagleDrafter } from '../drafting/heads/eagle-drafter.js';
import { createMlpSpeculatorDrafter } from '../drafting/heads/mlp-speculator-drafter.js';
import { createModelDrafter } from '../drafting/model-drafter.js';
import { createPromptLookupDrafter } from '../drafting/prompt-lookup-drafter.js';
import { createLogitsTransform } from '../sampling/create-logits-transform.js';
import { oneHot } from '../sampling/draw.js';
import type { TableLaw } from '../testing/enumerate-joint-law.js';
import { randomTable } from '../testing/random-table.js';
import { createTableHead } from '../testing/table-head.js';
import { createTableModel } from '../testing/table-model.js';
import type { DecodeEvent } from './decode-event.js';
import { generate } from './generate.js';
import type { GenerateOptions } from './generate-options.js';
import { generateText } from './generate-text.js';
import { measureRoundCosts } from './measure-round-costs.js';

const vocabularySize = 3;
/** A law that looks at the last four tokens, so that long texts need no endless table. */
function shortMemory(seed: number): TableLaw {
  const table = randomTable(seed, vocabularySize, 'smooth');
  return (history) => table(history.slice(-4));
}
const target = createTableModel({ law: shortMemory(1), vocabularySize, maximumSequences: 16 });
const draft = createTableModel({ law: shortMemory(2), vocabularySize, maximumSequences: 16 });
const eagle = createTableHead({ seed: 1, vocabularySize, attends: true });
const mlpSpeculator = createTableHead({ seed: 2, vocabularySize, attends: false, maximumSteps: 4 });
const drafters: readonly (readonly [name: string, create: () => Drafter])[] = [
  ['draft model', () => createModelDrafter({ model: draft, target })],
  ['prompt lookup', () => createPromptLookupDrafter({ minimumMatch: 1, lengthFactor: 16 })],
  ['copy of the input', () => createInputCopyDrafter()],
  ['EAGLE head', () => createEagleDrafter({ head: eagle, target })],
  ['MLP speculator', () => createMlpSpeculatorDrafter({ head: mlpSpeculator, target })],
];
const prompt = [0, 1, 2, 0, 1];

describe.each(drafters)('with a %s', (_, createDrafter) => {
  test('greedy text is the plain one, for every length', async () => {
    const options = { target, prompt, sampling: { temperature: 0 }, maximumTokens: 60 };
    const plain = await generateText(options);
    for (const draftLength of [1, 2, 5, 9]) {
      const drafter = createDrafter();
      const { tokens, text } = await generateText({ ...options, drafter, draftLength });
      expect(tokens).toEqual(plain.tokens);
      expect(text).toBe(plain.text);
      await drafter.close();
    }
  });

  test('sample-match gives the same text for the same seed, drafted or not', async () => {
    for (let seed = 0; seed < 20; seed++) {
      const options = { target, prompt, seed, rule: 'sample-match', maximumTokens: 40 };
      const drafter = createDrafter();
      const speculative = await generateText({ ...options, drafter, draftLength: 3 });
      expect(speculative.tokens).toEqual((await generateText(options)).tokens);
      await drafter.close();
    }
  });

  test('the events add up to the counters', async () => {
    const drafter = createDrafter();
    const events: DecodeEvent[] = [];
    for await (const event of generate({ target, drafter, prompt, draftLength: 3, maximumTokens: 50 }))
      events.push(event);
    const rounds = events.filter((event) => event.type === 'round-end');
    const committed = events.filter((event) => event.type === 'token-committed');
    const end = events.at(-1);
    if (end?.type !== 'generation-end') throw new Error('the last event is not generation-end');
    expect(committed.map(({ token }) => token)).toEqual(end.tokens);
    expect(committed).toHaveLength(50);
    expect(end.counters.roundCount).toBe(rounds.length);
    expect(end.counters.draftedCount).toBe(rounds.reduce((sum, round) => sum + round.draftedCount, 0));
    expect(end.counters.acceptedCount).toBe(rounds.reduce((sum, round) => sum + round.acceptedCount, 0));
    expect(end.counters.acceptedByPosition.reduce((sum, count) => sum + count, 0)).toBe(
      end.counters.acceptedCount,
    );
    await drafter.close();
  });

  test('no sequence is left open, however the generation ends', async () => {
    const create = createDrafter;
    for (let cancelAt = 0; cancelAt < 12; cancelAt++) {
      const controller = new AbortController();
      const drafter = create();
      let seen = 0;
      let reason = '';
      for await (const event of generate({
        target,
        drafter,
        prompt,
        draftLength: 3,
        signal: controller.signal,
      })) {
        if (seen++ === cancelAt) controller.abort();
        if (event.type === 'generation-end') reason = event.finishReason;
      }
      expect(reason).toBe('cancelled');
      for await (const event of generate({ target, drafter, prompt }))
        if (event.type !== 'generation-end') break;
      await drafter.close();
    }
    const open = Array.from({ length: 16 }, () => target.createSequence());
    for (const sequence of open) sequence.close();
  });
});

describe('how a generation ends', () => {
  const repeating: TableLaw = (history) => oneHot(((history.at(-1) ?? 0) + 1) % vocabularySize);
  const counting = createTableModel({ law: repeating, vocabularySize, contextLength: 12, endTokens: [2] });
  const right: Drafter = createModelDrafter({ model: counting, target: counting });
  const run = (options: Partial<GenerateOptions>) =>
    generateText({ target: counting, drafter: right, prompt: [0], draftLength: 4, ...options });

  test('at an end token inside a draft; the rest of the draft does not count', async () => {
    const { tokens, finishReason, text } = await run({});
    expect({ tokens, finishReason, text }).toEqual({ tokens: [1, 2], finishReason: 'end-token', text: 'b' });
  });

  test('at a stop string inside a draft', async () => {
    const { text, finishReason } = await run({ ignoreEndTokens: true, stop: ['ab'] });
    expect({ text, finishReason }).toEqual({ text: 'bc', finishReason: 'stop-string' });
  });

  test('at the token limit, exactly', async () => {
    const { tokens, finishReason } = await run({ ignoreEndTokens: true, maximumTokens: 7 });
    expect(tokens).toHaveLength(7);
    expect(finishReason).toBe('maximum-tokens');
  });

  test('where the context is full', async () => {
    const { tokens, finishReason } = await run({ ignoreEndTokens: true });
    expect(tokens).toHaveLength(12);
    expect(finishReason).toBe('context-full');
  });

  test('before it begins, where the prompt is longer than the context', async () => {
    await expect(run({ prompt: new Array<number>(14).fill(0) })).rejects.toThrow(/14 tokens/);
  });

  test.each([
    [{ prompt: [] }, /empty/],
    [{ prompt: [3] }, /Token 3/],
    [{ maximumTokens: 0 }, /maximumTokens/],
    [{ sampling: { temperature: -1 } }, /temperature/],
    [{ rule: 'nonsense' }, /nonsense/],
    [{ stop: [''] }, /stop string/],
    [{ logprobs: 21 }, /logprobs/],
  ] satisfies [Partial<GenerateOptions>, RegExp][])('with a named error for %o', async (options, message) => {
    await expect(run(options)).rejects.toThrow(message);
  });
});

test('a compiled transform serves many generations, and gives what its settings give', async () => {
  const sampling = { temperature: 0.7, topK: 2, presencePenalty: 0.5 };
  const transform = createLogitsTransform(sampling, vocabularySize);
  const drafter = createModelDrafter({ model: draft, target });
  const options = { target, drafter, prompt, draftLength: 3, maximumTokens: 12 };
  for (let seed = 0; seed < 10; seed++) {
    const { tokens } = await generateText({ ...options, seed, transform });
    expect(tokens).toEqual((await generateText({ ...options, seed, sampling })).tokens);
  }
  await expect(generateText({ ...options, sampling, transform })).rejects.toThrow(/not both/);
  const wide = createLogitsTransform(sampling, vocabularySize + 1);
  await expect(generateText({ ...options, transform: wide })).rejects.toThrow(/4 tokens/);
  await drafter.close();
});

test('logprobs are those of the model, and the chosen token is among the best in greedy mode', async () => {
  const drafter = createModelDrafter({ model: draft, target });
  const events = generate({
    target,
    drafter,
    prompt,
    draftLength: 3,
    sampling: { temperature: 0 },
    maximumTokens: 20,
    logprobs: 3,
  });
  const history = [...prompt];
  for await (const event of events) {
    if (event.type !== 'token-committed') continue;
    const { probabilities } = shortMemory(1)(history);
    expect(Math.exp(event.logprobs?.logprob ?? 0)).toBeCloseTo(probabilities[event.token] as number, 6);
    expect(event.logprobs?.top[0]?.token).toBe(event.token);
    expect(event.logprobs?.top).toHaveLength(3);
    history.push(event.token);
  }
  await drafter.close();
});

describe('a drafter that throws', () => {
  const failing = (when: 'propose' | 'observe', round: number, error: unknown): Drafter => {
    const drafter = createModelDrafter({ model: draft, target });
    let rounds = 0;
    return {
      name: 'failing',
      async propose(context, budget) {
        if (when === 'propose' && rounds === round) throw error;
        return drafter.propose(context, budget);
      },
      observe() {
        if (rounds === round) throw error;
        rounds += 1;
      },
      close: () => drafter.close(),
    };
  };
  const collect = async (options: GenerateOptions): Promise<DecodeEvent[]> => {
    const events: DecodeEvent[] = [];
    for await (const event of generate(options)) events.push(event);
    return events;
  };
  const shared = { target, prompt, draftLength: 3, maximumTokens: 30 };
  const cause = new Error('out of memory');

  test.each(['propose', 'observe'] as const)('in %s is dropped, and the loop says so', async (when) => {
    for (const round of [0, 2]) {
      const drafter = failing(when, round, cause);
      const events = await collect({ ...shared, drafter, sampling: { temperature: 0 } });
      expect(events.filter(({ type }) => type === 'drafter-failed')).toEqual([
        { type: 'drafter-failed', round, drafter: 'failing', error: cause },
      ]);
      const end = events.at(-1);
      if (end?.type !== 'generation-end') throw new Error('the last event is not generation-end');
      const { tokens } = await generateText({ ...shared, sampling: { temperature: 0 } });
      expect(end.tokens).toEqual(tokens);
      expect(end.counters.failedDrafter).toBe('failing');
      const again = failing(when, round, cause);
      const { drafterFailure } = await generateText({ ...shared, drafter: again });
      expect(drafterFailure).toEqual({ type: 'drafter-failed', round, drafter: 'failing', error: cause });
      await again.close();
      // Nothing is drafted after it.
      const after = events.slice(events.findIndex(({ type }) => type === 'drafter-failed'));
      expect(after.filter(({ type }) => type === 'draft-end')).toEqual([]);
      await drafter.close();
    }
  });

  test('is not there where none did', async () => {
    const { drafterFailure } = await generateText(shared);
    expect(drafterFailure).toBeUndefined();
  });

  test('leaves the text of a seed as it is, under sample-match', async () => {
    for (let seed = 0; seed < 10; seed++) {
      const options = { ...shared, seed, rule: 'sample-match' };
      const { tokens } = await generateText(options);
      const drafter = failing('propose', seed % 4, cause);
      expect((await generateText({ ...options, drafter })).tokens).toEqual(tokens);
      await drafter.close();
    }
  });

  test('because the generation was cancelled is no failure', async () => {
    const controller = new AbortController();
    const drafter: Drafter = {
      ...failing('propose', -1, cause),
      propose: async ({ signal }) => {
        controller.abort();
        signal?.throwIfAborted();
        throw cause;
      },
    };
    const events = await collect({ ...shared, drafter, signal: controller.signal });
    expect(events.map(({ type }) => type)).toEqual(['generation-end']);
    expect(events[0]).toMatchObject({ finishReason: 'cancelled' });
  });

  test('for a broken contract inside it ends the generation', async () => {
    const drafter = failing('propose', 1, new InvalidDraftError('Node 0: broken.'));
    await expect(collect({ ...shared, drafter })).rejects.toThrow(InvalidDraftError);
    await drafter.close();
  });

  test('cannot be measured', async () => {
    const drafter = failing('propose', 3, cause);
    let now = 0;
    const costs = measureRoundCosts({ target, drafter, lengths: [0, 2], clock: () => now++, budget: 1000 });
    await expect(costs).rejects.toThrow('out of memory');
    await drafter.close();
  });
});

test('characters are counted as they become text', async () => {
  const bytes = [[0x61], [0xc3], [0xa9]];
  const cycle: TableLaw = (history) => oneHot(((history.at(-1) ?? 0) + 1) % 3);
  const accents = createTableModel({
    law: cycle,
    vocabularySize: 3,
    tokenBytes: (token) => Uint8Array.from(bytes[token] as number[]),
  });
  // Tokens 1, 2, 0, 1, 2, 0, 1: the text is e acute, a, e acute, a, and half a character, which is replaced.
  const { text, counters } = await generateText({ target: accents, prompt: [0], maximumTokens: 7 });
  expect(text).toBe('\u00e9a\u00e9a\ufffd');
  expect(counters.characterCount).toBe(5);
  expect(counters.charactersPerPass).toBeCloseTo(5 / 7, 12);
});

test('a drafter that breaks its contract is named before the engine sees its draft', async () => {
  const broken = (over: object): Drafter => ({
    name: 'broken',
    propose: async () => ({
      tokens: [1],
      parents: [-1],
      distributions: [oneHot(1)],
      drafters: ['broken'],
      ...over,
    }),
    observe() {},
    async close() {},
  });
  for (const [over, message] of [
    [{ tokens: [7] }, /vocabulary/],
    [{ parents: [0] }, /parent/],
    [{ distributions: [oneHot(2)] }, /reported probability 0/],
    [{ distributions: [{ tokens: undefined, probabilities: Float64Array.of(0.5, 0.6, 0.2) }] }, /sums to/],
    [{ distributions: [{ tokens: undefined, probabilities: Float64Array.of(0.5, Number.NaN, 0.5) }] }, /NaN/],
  ] as const) {
    await expect(generateText({ target, prompt, drafter: broken(over), draftLength: 1 })).rejects.toThrow(
      message,
    );
  }
});
