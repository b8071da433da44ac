import fc from 'fast-check';

/** Texts that tokenizers disagree on: odd spaces, contractions, digits, marks, broken UTF-16, special tokens. */
export function tokenizerText(tokens: readonly string[]): fc.Arbitrary<string> {
  const piece = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 8 }),
    fc.string({ unit: 'binary', maxLength: 4 }),
    fc.constantFrom(...pieces, ...tokens),
    fc.stringMatching(/^[ \t\n\r]{1,12}$/),
    fc.stringMatching(/^[a-zA-Z0-9_$]{1,20}$/),
  );
  return fc.array(piece, { maxLength: 14 }).map((chosen) => chosen.join(''));
}

const pieces: readonly string[] = [
  'const ',
  '  ',
  '\n',
  '\t',
  '\r\n',
  'é',
  'e\u0301',
  '日本',
  '🎉',
  '👩‍👩‍👧',
  "it's",
  "IT'S",
  "'re'd'll've'm't",
  '’s',
  ' 123',
  '٣',
  '²',
  'Ⅷ',
  '½',
  '<|endoftext|>',
  '\0',
  '\ud800',
  '\udc00a',
  '=>',
  '   y',
  '\u0085',
  '\ufeff',
  '\u00a0',
  '\u200b',
  '\u2028',
  '\u3000',
  '\u180e',
  '\u001c',
  '\v\f',
];
