import { expect, test } from 'vitest';
import { treePassLengths } from './tree-pass-lengths.js';

// That a draft model's passes are these is tested beside it.
test.each([
  ['no tree', [], []],
  ['a chain reads one token a pass', [-1, 0, 1, 2], [1, 1, 1, 1]],
  ['leaves are not read', [-1, -1, -1], [1]],
  ['a level is read with what leads to it', [-1, -1, 0, 0, 1, 1, 2, 3, 4, 5], [1, 2, 6]],
  ['but not with what all of it descends from', [-1, 0, 1, 1, 2, 3, 4, 5], [1, 1, 1, 2, 4]],
  ['nor with nodes that lead nowhere', [-1, -1, 0, 1, 2], [1, 2, 1]],
])('%s', (_, parents, lengths) => {
  expect(treePassLengths({ parents })).toEqual(lengths);
});
