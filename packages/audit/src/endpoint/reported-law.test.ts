import { expect, test } from 'vitest';
import { createReportedLaw, type ReportedLaw } from './reported-law.js';

const tokens = (...probabilities: number[]) =>
  probabilities.map((probability, index) => ({ key: `${index}`, text: `t${index}`, probability }));
const whole = ({ tokens: listed, unreported }: ReportedLaw): number =>
  listed.reduce((sum, { probability }) => sum + probability, unreported);
const where = 'the token after prompt 1';

// Was wrong: one of the tokens that rounding hides was impossible, and drawing it proved the server wrong.
test.each([[[0.9, 0.1]], [[0.9999, 0.0001]], [[0.9006, 0.0999]], [[0.99995, 0]]])(
  'a list of as many as were asked for, %j, may hide others',
  (probabilities) => {
    const law = createReportedLaw(tokens(...probabilities), { asked: 2, where });
    expect(law.unreported).toBeGreaterThanOrEqual(0.99e-4);
    expect(law.unreported).toBeLessThan(1.1e-4);
    expect(whole(law)).toBeCloseTo(1, 12);
  },
);

test('what is known not to be listed is as likely as it was', () => {
  expect(createReportedLaw(tokens(0.7, 0.2), { asked: 2, where }).unreported).toBeCloseTo(0.1, 12);
});

test('a list of fewer than were asked for is all that can be drawn', () => {
  const law = createReportedLaw(tokens(0.9, 0.0999), { asked: 3, where });
  expect(law.unreported).toBe(0);
  expect(whole(law)).toBeCloseTo(1, 12);
});
