import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Draft } from '../contract/draft.js';
import { draftDepth, isChain, pathTokens } from './draft-shape.js';
import { emptyDraft } from './empty-draft.js';

const seed = 20261128;
/** Trees of up to 12 nodes; each node's token is 100 + its index. */
const tree: fc.Arbitrary<Draft> = fc
  .array(fc.nat(), { maxLength: 12 })
  .map((numbers) => draftOf(numbers.map((number, node) => (number % (node + 1)) - 1)));

function draftOf(parents: readonly number[]): Draft {
  return { ...emptyDraft, tokens: parents.map((_, node) => 100 + node), parents };
}

test('a path is its parent path and the node itself; the depth is the longest of them', () => {
  fc.assert(
    fc.property(tree, (draft) => {
      expect(pathTokens(draft, -1)).toEqual([]);
      const lengths = draft.tokens.map((token, node) => {
        const path = pathTokens(draft, node);
        expect(path).toEqual([...pathTokens(draft, draft.parents[node] as number), token]);
        return path.length;
      });
      expect(draftDepth(draft)).toBe(Math.max(0, ...lengths));
    }),
    { seed, numRuns: 500 },
  );
});

test('a chain is a tree as deep as it has nodes', () => {
  fc.assert(
    fc.property(tree, (draft) => {
      expect(isChain(draft)).toBe(draftDepth(draft) === draft.tokens.length);
    }),
    { seed, numRuns: 500 },
  );
  expect([[], [-1], [-1, 0, 1], [-1, -1], [-1, 0, 0]].map((parents) => isChain(draftOf(parents)))).toEqual([
    true,
    true,
    true,
    false,
    false,
  ]);
});
