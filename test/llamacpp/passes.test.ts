import { type ForwardResult, generateText, type LanguageModel, type Sequence } from '@foretoken/core';
import { llamacppBackend } from '@foretoken/llamacpp-backend';
import { readGguf, readTensor } from '@foretoken/models';
import { tinyModels } from '@foretoken/tiny-models';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SeededRandom } from '../support/seeded-random.js';

// What the conformance suite does not ask of every engine: this one's promises.

let target: LanguageModel;
let draft: LanguageModel;
beforeAll(async () => {
  target = await llamacppBackend.loadModel(tinyModels.target, { threads: 1 });
  draft = await llamacppBackend.loadModel(tinyModels.draft, { threads: 1 });
});
afterAll(async () => {
  await target.close();
  await draft.close();
});

const random = new SeededRandom(20261124);
const someTokens = (length: number): number[] => Array.from({ length }, () => random.whole(0, 8191));

async function pass(
  sequence: Sequence,
  tokens: readonly number[],
  rows: 'all' | 'last' | 'none' | number[],
  hiddenStates = false,
): Promise<ForwardResult> {
  const [result] = await sequence.model.forward([{ sequence, tokens, rows, hiddenStates }]);
  return result as ForwardResult;
}

function largestDifference(left: Float32Array, right: Float32Array): number {
  return left.reduce((most, value, at) => Math.max(most, Math.abs(value - (right[at] as number))), 0);
}

describe('logits', () => {
  it("are views of the engine's own memory, which the next pass fills anew", async () => {
    const sequence = draft.createSequence();
    const tokens = someTokens(3);
    const first = (await pass(sequence, tokens.slice(0, 1), 'last')).logits.read(0);
    const copy = first.slice();
    const second = (await pass(sequence, tokens.slice(1), 'all')).logits;
    expect(second.read(0).buffer === first.buffer).toBe(true);
    expect(second.read(1).buffer === first.buffer).toBe(true);
    expect(second.read(1).byteOffset).toBe(second.read(0).byteOffset + 8192 * 4);
    expect(largestDifference(first, second.read(0))).toBe(0);
    expect(largestDifference(first, copy)).toBeGreaterThan(1);
    sequence.close();
  });

  it('say so when their model is closed', async () => {
    const model = await llamacppBackend.loadModel(tinyModels.draft, { threads: 1 });
    const { logits } = await pass(model.createSequence(), [1], 'last');
    await model.close();
    for (const use of [
      () => logits.read(0),
      () => logits.topK(0, 1),
      () => logits.gather(0, [1]),
      () => logits.logSumExp(0),
    ]) {
      expect(use).toThrow(/draft\.gguf is closed, with its logits/);
    }
  });
});

it('a long pass leaves the event loop free: timers fire, and other promises go on', async () => {
  const sequence = target.createSequence();
  let fired = 0;
  const timer = setInterval(() => {
    fired += 1;
  }, 1);
  // One native call: nothing of ours runs between its beginning and its end.
  await pass(sequence, someTokens(500), 'last');
  clearInterval(timer);
  sequence.close();
  expect(fired).toBeGreaterThan(3);
});

describe('hidden states', () => {
  it.each(['draft', 'target'] as const)(
    'of the %s give the logits when the embedding matrix is applied',
    async (name) => {
      const model = name === 'draft' ? draft : target;
      const width = model.capabilities.hiddenStateWidth as number;
      const embedding = await readTensor(await readGguf(tinyModels[name]), 'token_embd.weight');
      const sequence = model.createSequence();
      const { logits, hiddenStates } = await pass(sequence, someTokens(5), [1, 4], true);
      for (const [row, state] of (hiddenStates as readonly Float32Array[]).entries()) {
        expect(state).toHaveLength(width);
        const expected = Float32Array.from({ length: model.vocabularySize }, (_, token) => {
          let sum = 0;
          for (let at = 0; at < width; at++)
            sum += (embedding[token * width + at] as number) * (state[at] as number);
          return sum;
        });
        // The engine rounds the state to 8 bits for the product; logits reach over a range of about 20.
        expect(largestDifference(expected, logits.read(row))).toBeLessThan(0.15);
        // The control: the other row's state.
        const other = logits.read(1 - row);
        expect(largestDifference(expected, other)).toBeGreaterThan(1);
      }
      sequence.close();
    },
  );
});

describe('a prompt of several native calls', () => {
  const prompt = someTokens(1000);

  it('is read in chunks of 512 with progress, and gives what small portions give', async () => {
    const [sequence, portions] = [draft.createSequence(), draft.createSequence()];
    const progress: string[] = [];
    const [whole] = await draft.forward([{ sequence, tokens: prompt, rows: 'last' }], {
      onProgress: (done, total) => progress.push(`${done}/${total}`),
    });
    expect(progress).toEqual(['512/1000', '1000/1000']);
    const expected = (whole as ForwardResult).logits.read(0).slice();
    for (let start = 0; start < 1000; start += 250) {
      await pass(portions, prompt.slice(start, start + 250), 'none');
    }
    portions.doRollback(999);
    const row = (await pass(portions, prompt.slice(999), 'last')).logits.read(0);
    // The numerics class in 8 bits, as in the conformance suite.
    expect(largestDifference(expected, row)).toBeLessThan(0.5);
    sequence.close();
    portions.close();
  });

  it('stays in large chunks where only the last hidden state is wanted', async () => {
    const sequence = draft.createSequence();
    const progress: number[] = [];
    const [result] = await draft.forward([{ sequence, tokens: prompt, rows: 'last', hiddenStates: true }], {
      onProgress: (done) => progress.push(done),
    });
    expect(progress).toEqual([512, 999, 1000]);
    expect(result?.logits.rowCount).toBe(1);
    expect(result?.hiddenStates).toHaveLength(1);
    sequence.close();
  });

  it('gives every row and hidden state, if so many are wanted', async () => {
    const [sequence, alone] = [draft.createSequence(), draft.createSequence()];
    const { logits, hiddenStates } = await pass(sequence, prompt.slice(0, 200), 'all', true);
    expect(logits.rowCount).toBe(200);
    expect(hiddenStates).toHaveLength(200);
    const expected = await pass(alone, prompt.slice(0, 151), 'last', true);
    expect(largestDifference(logits.read(150), expected.logits.read(0))).toBeLessThan(0.5);
    const [state] = expected.hiddenStates as readonly Float32Array[];
    expect(
      largestDifference(
        (hiddenStates as readonly Float32Array[])[150] as Float32Array,
        state as Float32Array,
      ),
    ).toBeLessThan(0.5);
    sequence.close();
    alone.close();
  });

  it('can be cancelled between its chunks, and is then as if it had never been asked for', async () => {
    const sequence = draft.createSequence();
    const before = someTokens(4);
    await pass(sequence, before, 'none');
    const controller = new AbortController();
    const seen: number[] = [];
    const cancelled = draft.forward([{ sequence, tokens: prompt, rows: 'last' }], {
      signal: controller.signal,
      onProgress: (done) => {
        seen.push(done);
        controller.abort(new Error('Enough.'));
      },
    });
    await expect(cancelled).rejects.toThrow('Enough.');
    expect(seen).toEqual([512]);
    expect(sequence.length).toBe(before.length);
    const fresh = draft.createSequence();
    const expected = (await pass(fresh, [...before, 7], 'last')).logits.read(0).slice();
    const row = (await pass(sequence, [7], 'last')).logits.read(0);
    expect(largestDifference(expected, row)).toBeLessThan(0.5);
    sequence.close();
    fresh.close();
  });

  it('that is longer than the context is refused with both lengths', async () => {
    const sequence = draft.createSequence();
    await expect(pass(sequence, someTokens(1025), 'last')).rejects.toThrow(
      /1025 tokens do not fit the context of 1024/,
    );
    expect(sequence.length).toBe(0);
    sequence.close();
  });
});

it('two models generate side by side what each generates alone', async () => {
  const generate = (model: LanguageModel, seed: number): Promise<readonly number[]> =>
    generateText({ target: model, prompt: 'export function ', maximumTokens: 40, seed }).then(
      ({ tokens }) => tokens,
    );
  const alone = [await generate(target, 1), await generate(draft, 2), await generate(target, 3)];
  const together = await Promise.all([generate(target, 1), generate(draft, 2), generate(target, 3)]);
  expect(together).toEqual(alone);
});
