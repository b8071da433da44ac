import { expect, test } from 'vitest';
import { LearnedRoundCosts } from './learned-round-costs.js';

function learned(
  rounds: readonly (readonly [length: number, milliseconds: number, missed?: number])[],
): LearnedRoundCosts {
  const costs = new LearnedRoundCosts();
  for (const [length, milliseconds, missed = 0] of rounds) costs.observe(length, milliseconds, missed);
  return costs;
}
const plain = [
  [0, 1],
  [0, 1],
  [0, 1],
] as const;

test('nothing is known before a few plain rounds and a draft', () => {
  expect(learned(plain.slice(1)).plain).toBeUndefined();
  expect(learned(plain).plain).toBe(1);
  expect(learned(plain).upTo(3)).toBeUndefined();
  expect(learned([...plain, [3, 2.5]]).upTo(3)).toBeDefined();
});

test('seen lengths cost what was seen, others lie between, longer ones are hoped to cost less than in proportion', () => {
  const costs = learned([...plain, [3, 2.5], [7, 4.5], [3, 2.5]]);
  const upTo = [...(costs.upTo(11) as Float64Array)];
  expect(upTo.slice(0, 8)).toEqual([1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5]);
  expect(upTo[11]).toBeCloseTo(4.5 + 0.5 * 0.5 * 4, 12);
});

// Drafts of two and three tokens were kept together: three were taken to cost what two do, since the lower quartile of both is of two.
test('drafts that were often stopped early do not make longer ones cheap', () => {
  const drafts = Array.from(
    { length: 12 },
    (_, round) => (round % 3 === 0 ? [3, 3] : [2, 2]) as [number, number],
  );
  const upTo = learned([...plain, ...drafts]).upTo(3) as Float64Array;
  expect(upTo[2]).toBe(2);
  expect(upTo[3]).toBe(3);
});

test('a longer draft never costs less', () => {
  const upTo = learned([...plain, [3, 5], [7, 4]]).upTo(15) as Float64Array;
  expect([...upTo]).toEqual([...upTo].toSorted((left, right) => left - right));
});

test('what a plain round takes longer after a draft is the cost of drafting', () => {
  const rounds = Array.from({ length: 100 }, () => [
    [3, 2],
    [0, 1.5],
  ]).flat() as [number, number][];
  const costs = learned([...plain, ...rounds]);
  expect(costs.plain).toBe(1);
  expect((costs.upTo(3) as Float64Array)[3]).toBeCloseTo(2.5, 1);
  // Where drafts follow drafts, there is no such round.
  const drafts = learned([...plain, [3, 2], [0, 1.5], ...Array.from({ length: 60 }, () => [3, 2] as const)]);
  expect((drafts.upTo(3) as Float64Array)[3]).toBeCloseTo(2, 2);
});

test('a draft after a pause costs what a draft model has to read first', () => {
  const costs = learned([...plain, [3, 102, 200], [3, 2]]);
  expect((costs.upTo(3) as Float64Array)[3]).toBe(2);
  expect(costs.catchUp(200)).toBeCloseTo(100, 12);
  expect(costs.catchUp(20)).toBeCloseTo(10, 12);
  // Few tokens are read on the way.
  expect(costs.catchUp(4)).toBe(0);
});

test('what a token takes to read is guessed from plain rounds until it was seen', () => {
  const costs = learned(plain);
  // Of a drafter of which nothing is known it is taken for nothing.
  expect(costs.catchUp(160)).toBe(0);
  costs.begin(1 / 4);
  expect(costs.catchUp(160)).toBe(10);
  expect(costs.catchUp(8)).toBe(0);
  for (const [length, milliseconds, missed] of [
    [3, 102, 200],
    [3, 2, 0],
  ] as const)
    costs.observe(length, milliseconds, missed);
  expect(costs.catchUp(160)).toBeCloseTo(80, 12);
});

test('where no draft follows another, what it has to read is part of its cost', () => {
  const costs = learned([...plain, [3, 102, 200], [0, 1], [3, 102, 200]]);
  expect((costs.upTo(3) as Float64Array)[3]).toBeGreaterThanOrEqual(102);
  expect(costs.catchUp(200)).toBe(0);
});

test('a clock that jumps does not mislead it', () => {
  const jumps = [-5, -1e9, Number.NaN, Number.POSITIVE_INFINITY, 1e12];
  const costs = learned(plain);
  for (let round = 0; round < 200; round++) {
    const length = round % 2 === 0 ? 0 : 3;
    // One round in five.
    const jump = jumps[(round / 5) % 5] as number;
    costs.observe(length, round % 5 === 0 ? jump : length === 0 ? 1 : 2, 0);
    const upTo = costs.upTo(3);
    if (upTo === undefined || round < 8) continue;
    expect(upTo[0]).toBe(1);
    expect(upTo[3]).toBeGreaterThanOrEqual(2);
    expect(upTo[3]).toBeLessThan(3);
  }
});

// A server's first texts were decoded by a cold process: drafts seemed too dear for good, since plain rounds became a third faster
// and what was not drafted was not seen again.
test('where plain rounds have become faster since a draft, drafts have too', () => {
  const slow = Array.from({ length: 40 }, () => [0, 3] as const);
  const fast = Array.from({ length: 40 }, () => [0, 2] as const);
  const costs = learned([...slow, [3, 6], [3, 6], ...fast]);
  expect(costs.plain).toBe(2);
  expect(costs.upTo(3)?.[3]).toBeCloseTo(4, 12);
  // Seen again they are what they are, and slower plain rounds make no draft dearer.
  costs.observe(3, 6, 0);
  costs.observe(3, 6, 0);
  expect(costs.upTo(3)?.[3]).toBeCloseTo(6, 12);
  for (let round = 0; round < 40; round++) costs.observe(0, 3, 0);
  expect(costs.upTo(3)?.[3]).toBeCloseTo(6, 1);
});
