import { expect, test } from 'vitest';
import { FreeDraftJudge } from './free-draft-judge.js';
import { LearnedRoundCosts } from './learned-round-costs.js';

/** Every token takes two milliseconds more. */
const roundCosts = { lengths: [0, 15], milliseconds: [10, 40] };
const judge = (): FreeDraftJudge =>
  new FreeDraftJudge({ priorAcceptance: [0.8] }, new LearnedRoundCosts(roundCosts));
const usual = [undefined, undefined, undefined];

// Was wrong: a tree cost what a chain as deep as it costs, however many nodes it had.
test('a tree promises the tokens of its depth, and costs the time of its nodes', () => {
  const chain = judge().judge(usual);
  expect(chain).toMatchObject({ length: 3, milliseconds: 16 });
  const narrow = judge().judgeTree(usual, 4);
  expect(narrow).toEqual({ length: 4, expectedCommitted: chain?.expectedCommitted, milliseconds: 18 });
  expect(judge().judgeTree(usual, 12)).toBeUndefined();
});

test('nothing is judged before a plain round was seen', () => {
  const unknown = new FreeDraftJudge({ priorAcceptance: [1] }, new LearnedRoundCosts());
  expect(unknown.judge(usual)).toBeUndefined();
  expect(unknown.judgeTree(usual, 3)).toBeUndefined();
});
