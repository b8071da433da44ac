import { expect, test } from 'vitest';
import { likelyCause, type Symptom } from './likely-cause.js';

const sound: Symptom = {
  layer: 'rows reused',
  position: 1,
  lean: 0,
  ruleHolds: true,
  earlierLayersHold: true,
  withinRounding: false,
};

test.each<[what: string, symptom: Partial<Symptom>, cause: RegExp]>([
  ['a failed proof', { layer: 'enumeration', ruleHolds: false }, /^the rule itself: its acceptance test/],
  [
    'a failed proof of later positions',
    { layer: 'enumeration', position: 2, ruleHolds: false },
    /after an accepted token/,
  ],
  ['tables with a wrong rule', { layer: 'tables', ruleHolds: false }, /^the rule itself/],
  ['tables from the first token on', { layer: 'tables' }, /^the drafter draws from another/],
  ['tables from a later token on', { layer: 'tables', position: 2 }, /^state between positions/],
  ['an engine alone, leaning to the draft', { lean: -9 }, /favours come out too often.*reported too small/],
  ['an engine alone, leaning away', { lean: 9 }, /favours come out too seldom.*reported too large/],
  ['an engine alone, leaning nowhere', { position: 2 }, /on this engine, in a row that only later positions/],
  ['an engine after the tables', { earlierLayersHold: false }, /^the same as on the tables/],
  ['own passes alone', { layer: 'own passes' }, /^the engine's state: rollback, forks/],
  ['own passes within rounding', { layer: 'own passes', withinRounding: true }, /^numerics/],
  [
    'own passes after rows reused',
    { layer: 'own passes', earlierLayersHold: false },
    /^the same as with rows/,
  ],
  ['greedy text after other layers', { layer: 'greedy text', earlierLayersHold: false }, /^the same as in/],
  ['greedy text', { layer: 'greedy text' }, /^the engine's state: the logits differ/],
])('%s', (_, symptom, cause) => {
  expect(likelyCause({ ...sound, ...symptom })).toMatch(cause);
});
