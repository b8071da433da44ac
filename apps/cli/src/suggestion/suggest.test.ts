import { expect, test } from 'vitest';
import type { Candidate } from './candidate.js';
import { suggest } from './suggest.js';

const targetBytes = 1000;
/** Passes that cost a tenth more for every further token. */
const costs = { lengths: [1, 16], milliseconds: [10, 25] };
const model = (draft: string, bytes: number): Candidate => ({
  draft,
  kind: 'model',
  bytes,
  note: '',
});

test('the smaller a draft is, the less of it must be accepted; what costs a whole pass never pays', () => {
  const drafts = [model('large.gguf', 1000), model('small.gguf', 100), model('middle.gguf', 400)];
  const suggestions = suggest(drafts, { costs, targetBytes, profiled: new Map() });
  expect(suggestions.map(({ draft }) => draft)).toEqual(['small.gguf', 'middle.gguf', 'large.gguf']);
  expect(suggestions.map(({ verdict }) => verdict)).toEqual(['likely', 'likely', 'no']);
  expect(suggestions.at(-1)?.paysFrom).toBeUndefined();
});

test('what was measured goes before what is estimated', () => {
  const profiled = new Map([
    ['folder/small.gguf', { speedup: 1, text: 'dropped' }],
    ['middle.gguf', { speedup: 1.3, text: 'predicted 1.30x' }],
  ]);
  // Was wrong: what was measured of a file stood for every other one of its name.
  const drafts = ['folder/small.gguf', 'other/small.gguf'].map((name) => model(name, 100));
  const suggestions = suggest([...drafts, model('middle.gguf', 400)], { costs, targetBytes, profiled });
  expect(suggestions.map(({ draft, verdict }) => [draft, verdict])).toEqual([
    ['middle.gguf', 'pays'],
    ['other/small.gguf', 'likely'],
    ['folder/small.gguf', 'no'],
  ]);
});
