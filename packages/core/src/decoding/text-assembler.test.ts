import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Tokenizer } from '../contract/tokenizer.js';
import { TextAssembler } from './text-assembler.js';

const seed = 20261124;

/** One token a byte, so that characters and stop strings are cut at every place. */
const byteTokenizer: Tokenizer = {
  vocabularySize: 256,
  beginToken: undefined,
  addsBeginToken: false,
  endTokens: [],
  encode: (text) => [...new TextEncoder().encode(text)],
  decode: (tokens) => new TextDecoder().decode(Uint8Array.from(tokens)),
  tokenBytes: (token) => Uint8Array.of(token),
};

function assemble(text: string, stop: readonly string[]): { deltas: string[]; stopped: boolean } {
  const assembler = new TextAssembler(byteTokenizer, stop);
  const deltas: string[] = [];
  for (const token of byteTokenizer.encode(text)) {
    const { text: delta, stopped } = assembler.push(token);
    deltas.push(delta);
    if (stopped) return { deltas: [...deltas, assembler.flush()], stopped };
  }
  return { deltas: [...deltas, assembler.flush()], stopped: false };
}

test('deltas join to the text and never split a character', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const { deltas } = assemble(text, []);
      expect(deltas.join('')).toBe(text);
      for (const delta of deltas) expect(delta).not.toContain('\uFFFD');
    }),
    { seed },
  );
});

test('the output ends before the first stop string, wherever tokens cut it', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b', 'é'), maxLength: 30 });
  const stops = fc.array(fc.string({ unit: fc.constantFrom('a', 'b', 'é'), minLength: 1, maxLength: 4 }), {
    minLength: 1,
    maxLength: 3,
  });
  fc.assert(
    fc.property(letters, stops, (text, stop) => {
      const { deltas, stopped } = assemble(text, stop);
      // The stop string that is complete first ends the text; of those, the one that began first.
      const ends = stop
        .map((s) => text.indexOf(s))
        .flatMap((at, i) => (at < 0 ? [] : [at + (stop[i] as string).length]));
      const end = Math.min(...ends);
      const begins = stop.flatMap((s) => (text.slice(0, end).endsWith(s) ? [end - s.length] : []));
      expect(stopped).toBe(ends.length > 0);
      expect(deltas.join('')).toBe(stopped ? text.slice(0, Math.min(...begins)) : text);
    }),
    { seed, numRuns: 2000 },
  );
});

test('text that only begins like a stop string comes out in full', () => {
  expect(assemble('one </stap', ['</stop>']).deltas.join('')).toBe('one </stap');
  expect(assemble('one </sto', ['</stop>']).deltas.join('')).toBe('one </sto');
});

test('bytes after a stop string in the same token do not leak out', () => {
  // A broken character behind the stop string came out as U+FFFD at the end.
  const tokenizer = { ...byteTokenizer, tokenBytes: () => Uint8Array.of(0x61, 0x62, 0xc3) };
  const assembler = new TextAssembler(tokenizer, ['b']);
  expect(assembler.push(0)).toEqual({ text: 'a', stopped: true });
  expect(assembler.flush()).toBe('');
});

test('a token may hold several characters, a part of one, or nothing; all but the text of a stop string comes out', () => {
  const bytes = fc.string({
    unit: fc.constantFrom('a', '\u007F', '\u0080', 'é', '€', '😀', '\uFEFF'),
    maxLength: 12,
  });
  const cuts = fc.array(fc.nat(6), { maxLength: 40 });
  fc.assert(
    fc.property(bytes, cuts, (text, lengths) => {
      const all = new TextEncoder().encode(text);
      const tokens: Uint8Array[] = [];
      let at = 0;
      for (const length of lengths) tokens.push(all.subarray(at, (at += length)));
      tokens.push(all.subarray(at));
      const assembler = new TextAssembler(
        { ...byteTokenizer, tokenBytes: (token) => tokens[token] as Uint8Array },
        ['stop'],
      );
      const deltas = tokens.map((_, token) => assembler.push(token).text);
      expect([...deltas, assembler.flush()].join('')).toBe(text);
      expect(assembler.flush()).toBe('');
    }),
    { seed, numRuns: 500 },
  );
});

test('nothing is held back longer than it may still become a stop string', () => {
  const assembler = new TextAssembler(byteTokenizer, ['aab', 'b!']);
  const pushed = byteTokenizer.encode('xaaab').map((token) => assembler.push(token));
  expect(pushed.map(({ text }) => text)).toEqual(['x', '', '', 'a', '']);
  expect(pushed.map(({ stopped }) => stopped)).toEqual([false, false, false, false, true]);
});

test('a character that never became whole comes out as U+FFFD, once', () => {
  const assembler = new TextAssembler(byteTokenizer, []);
  expect(assembler.push(0xe2)).toEqual({ text: '', stopped: false });
  expect(assembler.flush()).toBe('\uFFFD');
  // Before the text after it, and also where no byte of its character came before.
  const between = new TextAssembler(byteTokenizer, []);
  expect([0xe2, 0x61].map((token) => between.push(token).text)).toEqual(['', '\uFFFDa']);
  expect(new TextAssembler(byteTokenizer, []).push(0x80).text).toBe('\uFFFD');
});
