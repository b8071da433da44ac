import { describe, expect, test } from 'vitest';
import type { Distribution } from '../contract/distribution.js';
import type { Draft } from '../contract/draft.js';
import { oneHot } from '../sampling/draw.js';
import { mergeDrafts } from './merge-drafts.js';

const soft: Distribution = { tokens: undefined, probabilities: Float64Array.of(0.5, 0.25, 0.25) };

/** Nodes as token, parent, and whether the token was sampled. */
function draft(name: string, ...nodes: [token: number, parent: number, sampled?: 'sampled'][]): Draft {
  return {
    tokens: nodes.map(([token]) => token),
    parents: nodes.map(([, parent]) => parent),
    distributions: nodes.map(([token, , sampled]) => (sampled === undefined ? oneHot(token) : soft)),
    drafters: nodes.map(() => name),
  };
}

function shape({ tokens, parents }: Draft): [number, number][] {
  return tokens.map((token, node) => [token, parents[node] as number]);
}

describe('deterministic guesses', () => {
  test('share the beginning that they have in common', () => {
    const { draft: merged, nodes } = mergeDrafts([
      draft('a', [0, -1], [1, 0], [2, 1]),
      draft('b', [0, -1], [1, 0], [0, 1]),
    ]);
    expect(shape(merged)).toEqual([
      [0, -1],
      [1, 0],
      [2, 1],
      [0, 1],
    ]);
    expect(nodes).toEqual([
      [0, 1, 2],
      [0, 1, 3],
    ]);
    expect(merged.drafters).toEqual(['a', 'a', 'a', 'b']);
  });

  test('of equal drafts are one', () => {
    const one = draft('a', [0, -1], [1, 0]);
    expect(shape(mergeDrafts([one, one]).draft)).toEqual(shape(one));
  });
});

describe('sampled tokens stay nodes of their own', () => {
  test('beside an equal sampled or guessed token', () => {
    const sampled = draft('s', [0, -1, 'sampled']);
    const guessed = draft('g', [0, -1]);
    for (const pair of [
      [sampled, sampled],
      [sampled, guessed],
      [guessed, sampled],
    ] as const) {
      const { draft: merged } = mergeDrafts(pair);
      expect(merged.tokens).toEqual([0, 0]);
      expect(merged.distributions).toEqual([pair[0].distributions[0], pair[1].distributions[0]]);
    }
  });

  test('and so do the guesses after them, and those whose earlier sibling was sampled', () => {
    const below = mergeDrafts([draft('a', [0, -1], [1, 0]), draft('b', [0, -1, 'sampled'], [1, 0])]);
    expect(below.nodes[1]).toEqual([2, 3]);
    // The second guess may be what it is because of the token sampled before it.
    const after = mergeDrafts([draft('a', [1, -1]), draft('b', [0, -1, 'sampled'], [1, -1])]);
    expect(after.nodes[1]).toEqual([1, 2]);
  });

  test('under a shared guess', () => {
    const { draft: merged, nodes } = mergeDrafts([
      draft('a', [0, -1], [1, 0]),
      draft('b', [0, -1], [1, 0, 'sampled']),
    ]);
    expect(nodes[1]).toEqual([0, 2]);
    expect(merged.parents).toEqual([-1, 0, 0]);
  });
});

test('empty drafts add nothing', () => {
  const empty = draft('e');
  const one = draft('a', [0, -1]);
  expect(mergeDrafts([empty, one, empty]).draft).toEqual(one);
  expect(mergeDrafts([]).draft).toEqual({ tokens: [], parents: [], distributions: [], drafters: [] });
});
