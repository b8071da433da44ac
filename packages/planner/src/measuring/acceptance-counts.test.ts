import { expect, test } from 'vitest';
import { AcceptanceCounts, acceptanceByHistory, acceptanceByPosition } from './acceptance-counts.js';

test('tokens after the first rejection are censored', () => {
  const counts = new AcceptanceCounts();
  counts.observe([0.95, 0.55, 0.05], 1);
  const { positions } = counts.counts();
  expect(positions).toHaveLength(2);
  expect(positions[0]?.[9]).toMatchObject({ reached: 1, accepted: 1 });
  expect(positions[1]?.[5]).toMatchObject({ reached: 1, accepted: 0 });
  expect(acceptanceByPosition({ positions })).toEqual([1, 0]);
});

test('a draft that was kept whole counts once at every position', () => {
  const counts = new AcceptanceCounts();
  counts.observe([0.5, 0.5], 2);
  counts.observe([], 0);
  expect(acceptanceByPosition(counts.counts())).toEqual([1, 1]);
});

test('the bins divide all confidences from 0 to 1', () => {
  const counts = new AcceptanceCounts();
  for (const confidence of [0, 0.0999, 0.1, 0.999, 1]) counts.observe([confidence], 0);
  const [bins = []] = counts.counts().positions;
  expect(bins.map(({ reached }) => reached)).toEqual([2, 1, 0, 0, 0, 0, 0, 0, 0, 2]);
  for (const [index, { from, to }] of bins.entries()) {
    expect(from).toBe(index === 0 ? 0 : bins[index - 1]?.to);
    expect(to).toBeGreaterThan(from);
  }
  expect(bins.at(-1)?.to).toBe(1);
});

test('counts of two runs add up to those of one run over both', () => {
  const rounds = Array.from({ length: 40 }, (_, round) => ({
    confidences: Array.from({ length: 1 + (round % 5) }, (__, at) => ((round * 7 + at * 3) % 10) / 10),
    accepted: round % 3,
  })).map(({ confidences, accepted }) => ({
    confidences,
    accepted: Math.min(accepted, confidences.length),
  }));
  const whole = new AcceptanceCounts();
  const parts = [new AcceptanceCounts(), new AcceptanceCounts()] as const;
  for (const [round, { confidences, accepted }] of rounds.entries()) {
    whole.observe(confidences, accepted);
    parts[round % 2 === 0 ? 0 : 1].observe(confidences, accepted);
  }
  const sum = new AcceptanceCounts(parts[0].counts());
  sum.add(parts[1].counts());
  expect(sum.counts().positions).toEqual(whole.counts().positions);
});

test('a history is the last four outcomes, those of the same draft included, and begins anew with every text', () => {
  const counts = new AcceptanceCounts();
  // Accepted, accepted, rejected; then rejected; then accepted twice of two.
  counts.observe([0.5, 0.5, 0.5, 0.5], 2);
  counts.observe([0.5], 0);
  counts.observe([0.5, 0.5], 2);
  expect(acceptanceByHistory(counts.counts())).toEqual(
    new Map([
      ['', 1],
      ['1', 1],
      ['11', 0],
      ['110', 0],
      ['1100', 1],
      ['1001', 1],
    ]),
  );
  const next = new AcceptanceCounts(counts.counts());
  next.observe([0.5], 0);
  expect(acceptanceByHistory(next.counts()).get('')).toBe(0.5);
});

test('histories count the same tokens as positions, bin by bin', () => {
  const counts = new AcceptanceCounts();
  for (let round = 0; round < 200; round++) {
    const confidences = Array.from(
      { length: 1 + (round % 7) },
      (_, at) => ((round * 13 + at * 5) % 11) / 10.5,
    );
    counts.observe(confidences, Math.min(round % 4, confidences.length));
  }
  const { positions, histories } = counts.counts();
  const sums = (all: readonly (typeof positions)[number][]): unknown =>
    Array.from({ length: 10 }, (_, bin) => [
      all.reduce((sum, bins) => sum + (bins[bin]?.reached ?? 0), 0),
      all.reduce((sum, bins) => sum + (bins[bin]?.accepted ?? 0), 0),
    ]);
  expect(histories.length).toBeGreaterThan(10);
  expect(sums(histories.map(({ bins }) => bins))).toEqual(sums(positions));
});
