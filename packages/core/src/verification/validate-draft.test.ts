import { describe, expect, test } from 'vitest';
import type { Draft } from '../contract/draft.js';
import { InvalidDraftError } from '../errors/invalid-draft-error.js';
import { validateDraft } from './validate-draft.js';

const vocabularySize = 4;
const dense = (...probabilities: number[]) => ({
  tokens: undefined,
  probabilities: Float64Array.from(probabilities),
});
const sparse = (tokens: number[], probabilities: number[]) => ({
  tokens: Int32Array.from(tokens),
  probabilities: Float64Array.from(probabilities),
});
const uniform = dense(0.25, 0.25, 0.25, 0.25);
const chain: Draft = {
  tokens: [0, 3],
  parents: [-1, 0],
  distributions: [uniform, sparse([1, 3], [0.5, 0.5])],
  drafters: ['first', 'second'],
};

function problem(changed: Partial<Draft>): string {
  try {
    validateDraft({ ...chain, ...changed }, vocabularySize);
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidDraftError);
    return (error as Error).message;
  }
  throw new Error('The draft was taken.');
}

describe('takes', () => {
  test.each<[string, Draft]>([
    ['a chain from the first to the last token of the vocabulary', chain],
    ['an empty draft', { tokens: [], parents: [], distributions: [], drafters: [] }],
    ['siblings, duplicates among them', { ...chain, tokens: [3, 3], parents: [-1, -1] }],
    [
      'float32 rounding of the sum',
      { ...chain, distributions: [dense(0.25, 0.25, 0.25, 0.2500005), uniform] },
    ],
    [
      'a token of probability 0 that was not drawn',
      { ...chain, distributions: [dense(1, 0, 0, 0), uniform] },
    ],
  ])('%s', (_name, draft) => {
    expect(() => validateDraft(draft, vocabularySize)).not.toThrow();
  });
});

describe('the budget', () => {
  const tree = {
    ...chain,
    tokens: [0, 3, 3, 1],
    parents: [-1, 0, 0, 1],
    distributions: [uniform, uniform, uniform, uniform],
    drafters: ['first', 'first', 'first', 'first'],
  };

  test('may be used up', () => {
    validateDraft(tree, vocabularySize, { maximumTokens: 4, maximumLeaves: 2 });
    validateDraft(chain, vocabularySize, { maximumTokens: 2, maximumLeaves: 1 });
    const empty = { tokens: [], parents: [], distributions: [], drafters: [] };
    validateDraft(empty, vocabularySize, { maximumTokens: 1, maximumLeaves: 1 });
  });

  test.each([
    ['a token too many', { maximumTokens: 3, maximumLeaves: 2 }],
    ['a leaf too many', { maximumTokens: 4, maximumLeaves: 1 }],
  ])('may not be exceeded: %s', (_name, budget) => {
    const check = () => validateDraft(tree, vocabularySize, budget);
    expect(check).toThrow(InvalidDraftError);
    expect(check).toThrow(
      `A draft by first is larger than its budget: 4 tokens of at most ${budget.maximumTokens}, 2 leaves of at most ${budget.maximumLeaves}.`,
    );
    if (budget.maximumLeaves === 1) expect(check).toThrow('takes no branches');
    else expect(check).toThrow(/leaves of at most 2\.$/);
  });
});

describe('refuses, and names the counts,', () => {
  test.each<[string, Partial<Draft>, string]>([
    ['parents missing', { parents: [-1] }, '2 tokens, 1 parents, 2 distributions and 2 drafter names'],
    ['distributions missing', { distributions: [uniform] }, '2 tokens, 2 parents, 1 distributions'],
    ['drafter names missing', { drafters: ['first'] }, '2 distributions and 1 drafter names'],
  ])('%s', (_name, changed, said) => {
    expect(problem(changed)).toContain(said);
  });
});

describe('refuses, and names node, drafter and value,', () => {
  test.each<[string, Partial<Draft>, string]>([
    ['a token that is no integer', { tokens: [0, 1.5] }, 'token 1.5 is not in the vocabulary of 4'],
    ['a negative token', { tokens: [0, -1] }, 'token -1 is not in the vocabulary of 4'],
    ['a token past the vocabulary', { tokens: [0, 4] }, 'token 4 is not in the vocabulary of 4'],
    ['a parent that is no integer', { parents: [-1, -0.5] }, 'parent -0.5 is neither -1 nor an earlier node'],
    ['a parent below the root', { parents: [-1, -2] }, 'parent -2 is neither -1 nor an earlier node'],
    ['a node as its own parent', { parents: [-1, 1] }, 'parent 1 is neither -1 nor an earlier node'],
    [
      'a dense distribution of another vocabulary',
      { distributions: [uniform, dense(0.5, 0, 0.5)] },
      'its distribution has 3 probabilities for 4 tokens',
    ],
    [
      'a sparse distribution with too few probabilities',
      { distributions: [uniform, sparse([1, 3], [1])] },
      'its distribution has 1 probabilities for 2 tokens',
    ],
    [
      'a negative probability',
      { distributions: [uniform, dense(-0.25, 0.5, 0.5, 0.25)] },
      'its distribution has the probability -0.25',
    ],
    [
      'a probability that is no number',
      { distributions: [uniform, dense(Number.NaN, 0.5, 0.25, 0.25)] },
      'its distribution has the probability NaN',
    ],
    ['too small a sum', { distributions: [uniform, dense(0.25, 0, 0, 0.5)] }, 'sums to 0.75, not 1'],
    ['too large a sum', { distributions: [uniform, dense(0.5, 0, 0.25, 0.5)] }, 'sums to 1.25, not 1'],
    [
      'tokens out of order',
      { distributions: [uniform, sparse([3, 1], [0.5, 0.5])] },
      'the tokens of its distribution are not ascending',
    ],
    [
      'a token named twice',
      { distributions: [uniform, sparse([3, 3], [0.5, 0.5])] },
      'the tokens of its distribution are not ascending',
    ],
    [
      'a negative token in the distribution',
      { distributions: [uniform, sparse([-1, 3], [0.5, 0.5])] },
      'the tokens of its distribution are not ascending',
    ],
    [
      'a token beyond the vocabulary in the distribution',
      { distributions: [uniform, sparse([3, 4], [0.5, 0.5])] },
      'its distribution names a token beyond the vocabulary of 4',
    ],
    [
      'a drawn token of probability 0',
      { distributions: [uniform, dense(0.5, 0.25, 0.25, 0)] },
      'token 3 has the reported probability 0, so it cannot have been drawn',
    ],
    [
      'a drawn token that its distribution does not list',
      { distributions: [uniform, sparse([1, 2], [0.5, 0.5])] },
      'token 3 has the reported probability 0',
    ],
  ])('%s', (_name, changed, said) => {
    const message = problem(changed);
    expect(message).toContain('Node 1 of a draft by second: ');
    expect(message).toContain(said);
  });
});
