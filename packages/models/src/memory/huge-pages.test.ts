import { expect, test } from 'vitest';
import { newPages, parseAnonymousRanges } from './huge-pages.js';

const mebibyte = 2 ** 20;

test('only writable memory that no file is behind is looked at, neighbours as one', () => {
  const maps = [
    '00400000-00800000 r--p 00000000 fe:00 123                                /usr/bin/node',
    '01000000-02000000 rw-p 00000000 00:00 0                                  [heap]',
    '7f0000000000-7f0000200000 rw-p 00000000 00:00 0 ',
    '7f0000200000-7f0000400000 rw-p 00000000 00:00 0 ',
    '7f0000400000-7f0000600000 ---p 00000000 00:00 0 ',
    '7f0000600000-7f0000a00000 rw-p 00000000 00:00 0 ',
  ].join('\n');
  expect(parseAnonymousRanges(maps)).toEqual([
    { start: 0x7f0000000000, end: 0x7f0000400000 },
    { start: 0x7f0000600000, end: 0x7f0000a00000 },
  ]);
});

test('new pages are whole ones, around what was there before', () => {
  const before = [{ start: 40 * mebibyte, end: 41 * mebibyte }];
  const after = [
    { start: 1 * mebibyte, end: 4 * mebibyte },
    { start: 19 * mebibyte, end: 81 * mebibyte },
  ];
  expect(newPages(before, after)).toEqual([
    { start: 20 * mebibyte, end: 40 * mebibyte },
    { start: 42 * mebibyte, end: 80 * mebibyte },
  ]);
});
