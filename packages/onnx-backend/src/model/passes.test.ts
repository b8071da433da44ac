import { ClosedError, type ForwardResult, type LanguageModel } from '@foretoken/core';
import { type Access, onnxBackend } from '@foretoken/onnx-backend';
import { tinyModels } from '@foretoken/tiny-models';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../../testing/temporary-folder.js';

const inFolder = temporaryFolder();

/** Token ids of a text, any. */
const text = (length: number): number[] => Array.from({ length }, (_, index) => (index * 7919) % 8000);

describe.each<Access>(['native', 'stock'])('passes through %s access', (access) => {
  let model: LanguageModel;

  beforeAll(async () => {
    model = await onnxBackend.loadModel(tinyModels.target, { access, cacheFolder: inFolder('') });
  });
  afterAll(() => model.close());

  test('the event loop goes on during a pass', async () => {
    const sequence = model.createSequence();
    let during = 0;
    let running = true;
    const timer = setInterval(() => {
      if (running) during += 1;
    }, 1);
    // One engine run: nothing but the engine takes this long.
    await model.forward([{ sequence, tokens: text(128), rows: 'none' }]);
    running = false;
    clearInterval(timer);
    sequence.close();
    expect(during).toBeGreaterThan(0);
  });

  test('a long prompt reports its progress, and can be cancelled between its portions', async () => {
    const sequence = model.createSequence();
    await model.forward([{ sequence, tokens: [1, 2], rows: 'none' }]);
    const controller = new AbortController();
    const seen: number[] = [];
    const pass = model.forward([{ sequence, tokens: text(1000), rows: 'last' }], {
      signal: controller.signal,
      onProgress: (done, total) => {
        seen.push(done / total);
        controller.abort();
      },
    });
    await expect(pass).rejects.toHaveProperty('name', 'AbortError');
    expect(seen).toEqual([0.128]);
    expect(sequence.length).toBe(2);
    sequence.close();
  });

  test('cancelled in the queue, a pass never begins', async () => {
    const [first, second] = [model.createSequence(), model.createSequence()];
    const controller = new AbortController();
    const order: string[] = [];
    const running = model
      .forward([{ sequence: first, tokens: text(256), rows: 'none' }])
      .then(() => order.push('ran'));
    const waiting = model
      .forward([{ sequence: second, tokens: text(256), rows: 'none' }], { signal: controller.signal })
      .catch((error: Error) => order.push(error.name));
    controller.abort();
    await waiting;
    expect(order).toEqual(['AbortError']);
    expect(second.length).toBe(0);
    await running;
    first.close();
    second.close();
  });

  test('rows of a long prompt come from every portion', async () => {
    const tokens = text(700);
    const sequence = model.createSequence();
    const [parts] = await model.forward([{ sequence, tokens, rows: [0, 127, 128, 699] }]);
    expect(parts?.logits.rowCount).toBe(4);
    const rows = [0, 1, 2, 3].map((row) => argmax(parts?.logits.read(row) as Float32Array));
    for (const [index, length] of [1, 128, 129, 700].entries()) {
      sequence.doRollback(0);
      const [alone] = await model.forward([{ sequence, tokens: tokens.slice(0, length), rows: 'last' }]);
      expect(argmax(alone?.logits.read(0) as Float32Array)).toBe(rows[index]);
    }
    sequence.close();
  });

  test('all rows of a prompt come, however many', async () => {
    const sequence = model.createSequence();
    const [result] = await model.forward([{ sequence, tokens: text(200), rows: 'all' }]);
    expect(result?.logits.rowCount).toBe(200);
    const last = argmax(result?.logits.read(199) as Float32Array);
    sequence.doRollback(199);
    const [alone] = await model.forward([{ sequence, tokens: [text(200)[199] as number], rows: 'last' }]);
    expect(argmax(alone?.logits.read(0) as Float32Array)).toBe(last);
    sequence.close();
  });

  test("a sequence that gets a closed one's cache has the rows of its own tokens", async () => {
    const rows = async (tokens: readonly number[]): Promise<Float32Array> => {
      const sequence = model.createSequence();
      const [result] = await model.forward([{ sequence, tokens, rows: 'last' }]);
      sequence.close();
      return (result as ForwardResult).logits.read(0).slice();
    };
    const tokens = text(40);
    const first = await rows(tokens);
    // A longer text lies in the cache that the next one gets, and more of them than are kept are open at once.
    await Promise.all([90, 91, 300].map((length) => rows(text(length).toReversed())));
    expect(await rows(tokens)).toEqual(first);
  });

  test('closing a sequence or the model during a pass waits for it', async () => {
    const other = await onnxBackend.loadModel(tinyModels.draft, { access, cacheFolder: inFolder('') });
    const sequence = other.createSequence();
    const pass = other.forward([{ sequence, tokens: text(512), rows: 'last' }]);
    sequence.close();
    const closing = other.close();
    let closed = false;
    void closing.then(() => {
      closed = true;
    });
    const [result] = await pass;
    expect(closed).toBe(false);
    expect(result?.logits.read(0).every((logit) => Number.isFinite(logit))).toBe(true);
    await closing;
    await other.close();
    expect(() => other.createSequence()).toThrow(ClosedError);
  });
});

function argmax(values: Float32Array): number {
  return values.reduce((best, value, index) => (value > (values[best] as number) ? index : best), 0);
}
