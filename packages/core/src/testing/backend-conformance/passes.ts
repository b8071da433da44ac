import type { ForwardResult } from '../../contract/forward.js';
import { check } from '../conformance-case.js';
import {
  checkSame,
  type ConformanceBody,
  conformanceContext,
  distance,
  logProbabilities,
  next,
  pass,
} from './conformance-model.js';

/** Laws of passes over chains: what is read in portions is what is read at once. */
export const passLaws: Readonly<Record<string, ConformanceBody>> = {
  async 'another history gives another distribution, far beyond the tolerance'(under) {
    // The control of every other case: where this fails, a wrong history would not be seen.
    const text = under.text(0, 8);
    const whole = await under.after(text);
    for (const [what, other] of [
      ['without its last token', text.slice(0, -1)],
      ['with its last token twice', [...text, text.at(-1) as number]],
      ['of another text', under.text(1, 8)],
    ] as const) {
      const difference = distance(whole, await under.after(other));
      check(
        difference > 2 * under.tolerance,
        `${what}: the distance is ${difference}, too near to ${under.tolerance}`,
      );
    }
  },

  async 'one pass over many tokens is many passes over one'(under) {
    const text = under.text(2, 9);
    const sequence = under.model.createSequence();
    check(sequence.model === under.model, 'a sequence names another model than its own');
    const together = await pass({ sequence, tokens: text, rows: 'all' });
    check(together.logits.rowCount === text.length, `${together.logits.rowCount} rows of ${text.length}`);
    check(sequence.length === text.length, `the length is ${sequence.length} after ${text.length} tokens`);
    const rows = text.map((_, row) => logProbabilities(together, row));
    sequence.doRollback(0);
    for (const [index, token] of text.entries()) {
      const row = await next(sequence, [token]);
      checkSame(`row ${index}`, under, row, rows[index] as Float64Array);
    }
  },

  async 'the rows asked for are the rows that come'(under) {
    const text = under.text(3, 7);
    const sequence = under.model.createSequence();
    const all = await pass({ sequence, tokens: text, rows: 'all' });
    const rows = text.map((_, row) => logProbabilities(all, row));
    for (const [asked, expected] of [
      ['last', [6]],
      ['none', []],
      [[0], [0]],
      [
        [1, 4, 6],
        [1, 4, 6],
      ],
      [[], []],
    ] as const) {
      sequence.doRollback(0);
      const result = await pass({ sequence, tokens: text, rows: asked });
      check(
        result.logits.rowCount === expected.length,
        `rows ${JSON.stringify(asked)}: ${result.logits.rowCount}`,
      );
      for (const [at, row] of expected.entries()) {
        checkSame(`row ${row}`, under, logProbabilities(result, at), rows[row] as Float64Array);
      }
      check(sequence.length === text.length, 'rows changed the length');
    }
  },

  async 'a logits handle agrees with its rows'(under) {
    const { logits } = await pass({
      sequence: under.model.createSequence(),
      tokens: under.text(4, 3),
      rows: 'all',
    });
    check(logits.vocabularySize === under.model.vocabularySize, `vocabulary ${logits.vocabularySize}`);
    const count = Math.min(5, logits.vocabularySize);
    for (let row = 0; row < logits.rowCount; row++) {
      const values = logits.read(row);
      check(values.length === logits.vocabularySize, `row ${row} has ${values.length} logits`);
      const order = [...values.keys()].toSorted(
        (left, right) => (values[right] as number) - (values[left] as number) || left - right,
      );
      const top = logits.topK(row, count);
      check(
        top.tokens.every((token, rank) => token === order[rank] && top.logits[rank] === values[token]),
        `topK of row ${row} gives ${top.tokens.join(', ')}, expected ${order.slice(0, count).join(', ')}`,
      );
      const some = [order[1] as number, 0];
      check(
        logits.gather(row, some).every((value, at) => value === values[some[at] as number]),
        `gather of row ${row}`,
      );
      const largest = values[order[0] as number] as number;
      const sum = values.reduce((total, value) => total + Math.exp(value - largest), 0);
      const expected = largest + Math.log(sum);
      const difference = Math.abs(logits.logSumExp(row) - expected);
      check(
        difference <= 1e-4 * Math.max(1, Math.abs(expected)),
        `logSumExp of row ${row} is off by ${difference}`,
      );
    }
  },

  async 'hidden states come with the rows, one width, the same in portions'(under) {
    const width = under.model.capabilities.hiddenStateWidth;
    if (width === undefined) return;
    const text = under.text(5, 5);
    const sequence = under.model.createSequence();
    const together = await pass({ sequence, tokens: text, rows: [1, 4], hiddenStates: true });
    const states = together.hiddenStates?.map((state) => state.slice()) ?? [];
    check(states.length === 2, `${states.length} hidden states for 2 rows`);
    for (const state of states) check(state.length === width, `a hidden state of width ${state.length}`);
    sequence.doRollback(0);
    await pass({ sequence, tokens: text.slice(0, 4), rows: 'none' });
    const alone = await pass({ sequence, tokens: text.slice(4), rows: 'last', hiddenStates: true });
    const [state] = alone.hiddenStates as readonly Float32Array[];
    const similarity = cosine(state as Float32Array, states[1] as Float32Array);
    check(similarity > 1 - Math.max(1e-5, under.tolerance / 10), `the cosine is ${similarity}`);
    const plain = await pass({ sequence, tokens: text.slice(0, 1), rows: 'last' });
    check(plain.hiddenStates === undefined, 'hidden states that nobody asked for');
  },

  async 'several sequences in one pass are the same passes alone'(under) {
    const texts = [under.text(6, 6), under.text(7, 3), under.text(8, 4)];
    const sequences = texts.map(() => under.model.createSequence());
    const results = await under.model.forward(
      texts.map((tokens, at) => ({
        sequence: sequences[at] as (typeof sequences)[0],
        tokens,
        rows: 'last' as const,
      })),
    );
    check(results.length === texts.length, `${results.length} results of ${texts.length}`);
    const rows = results.map((result) => logProbabilities(result, 0));
    for (const sequence of sequences) sequence.close();
    for (const [at, text] of texts.entries()) {
      checkSame(`sequence ${at}`, under, rows[at] as Float64Array, await under.after(text));
    }
  },

  async 'passes queue in the order of the calls, and logits are whole when a pass is awaited'(under) {
    const text = under.text(9, 6);
    const sequence = under.model.createSequence();
    const read = async (result: Promise<ForwardResult>): Promise<Float64Array> =>
      logProbabilities(await result, 0);
    const rows = await Promise.all(
      text.map((token) => read(pass({ sequence, tokens: [token], rows: 'last' }))),
    );
    sequence.close();
    for (const [index, row] of rows.entries())
      checkSame(`pass ${index}`, under, row, await under.after(text.slice(0, index + 1)));
  },

  async 'rollback does not end the views of the last pass'(under) {
    const text = under.text(10, 5);
    const sequence = under.model.createSequence();
    const result = await pass({ sequence, tokens: text, rows: 'all' });
    const before = text.map((_, row) => logProbabilities(result, row));
    sequence.doRollback(1);
    for (const [row, values] of before.entries())
      check(distance(values, logProbabilities(result, row)) === 0, `row ${row} changed`);
  },

  async 'the context can be filled to its last token, with progress to the end'(under) {
    const text = under.text(11, conformanceContext);
    const sequence = under.model.createSequence();
    const progress: (readonly [number, number])[] = [];
    await under.model.forward([{ sequence, tokens: text.slice(0, -1), rows: 'none' }], {
      onProgress: (done, total) => progress.push([done, total]),
    });
    const row = await next(sequence, text.slice(-1));
    sequence.close();
    checkSame('the last row', under, row, await under.after(text));
    for (const [index, [done, total]] of progress.entries()) {
      check(
        done > (progress[index - 1]?.[0] ?? 0) && total === text.length - 1,
        `progress ${done} of ${total}`,
      );
    }
    check(progress.length === 0 || progress.at(-1)?.[0] === text.length - 1, 'progress stops before the end');
  },

  async 'a pass may be as wide as the capability says'(under) {
    const width = Math.min(under.model.capabilities.maximumPassTokens, conformanceContext);
    const text = under.text(12, width);
    const result = await pass({ sequence: under.model.createSequence(), tokens: text, rows: 'all' });
    const rows = text.map((_, row) => logProbabilities(result, row));
    for (const row of [0, width >> 1, width - 1]) {
      checkSame(`row ${row}`, under, rows[row] as Float64Array, await under.after(text.slice(0, row + 1)));
    }
  },
};

function cosine(left: Float32Array, right: Float32Array): number {
  let product = 0;
  let leftSquare = 0;
  let rightSquare = 0;
  for (const [index, value] of left.entries()) {
    const other = right[index] as number;
    product += value * other;
    leftSquare += value * value;
    rightSquare += other * other;
  }
  return product / Math.sqrt(leftSquare * rightSquare);
}
