import { expect, test } from 'vitest';
import { draftLengthController, parseDraftLength } from './draft-length.js';

test.each(['confidence', 'ewma', 'adaedl', 'specdec++'])(
  'the published rule %s drafts from the first round on',
  (name) => {
    expect(parseDraftLength(name)).toBe(name);
    expect(draftLengthController(parseDraftLength(name))?.next(63)).toBeGreaterThan(0);
  },
);

test('a confidence cut ends the draft at the first token that is given less', () => {
  const controller = draftLengthController(parseDraftLength('confidence'));
  const stops = [0.9, 0.4, 0.39].map((probability, depth) =>
    controller?.shouldStop?.({ probability, confidence: probability, depth, token: 0 }),
  );
  expect(stops).toEqual([false, false, true]);
});

test('the automatic one is left to the core, which keeps it with the drafter', () => {
  expect(draftLengthController(parseDraftLength('auto'))).toBeUndefined();
});

test('an unknown rule is refused', () => {
  expect(() => parseDraftLength('disco')).toThrow('"ewma"');
});
