import { expect, test } from 'vitest';
import { draftLengthController, parseDraftLength } from './draft-length.js';

test.each(['ewma', 'adaedl', 'specdec++'])('the published rule %s drafts from the first round on', (name) => {
  expect(parseDraftLength(name)).toBe(name);
  expect(draftLengthController(parseDraftLength(name))?.next(63)).toBeGreaterThan(0);
});

test('the automatic one is left to the core, which keeps it with the drafter', () => {
  expect(draftLengthController(parseDraftLength('auto'))).toBeUndefined();
});

test('an unknown rule is refused', () => {
  expect(() => parseDraftLength('disco')).toThrow('"ewma"');
});
