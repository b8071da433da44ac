export interface LengthChoice {
  /** 0 or more. */
  readonly length: number;
  /** Expected committed tokens a round: 1 + sum over positions of the product of acceptances. */
  readonly expectedCommitted: number;
  /** Milliseconds of a round. */
  readonly cost: number;
  /** Expected tokens per millisecond over those of plain decoding (length 0). */
  readonly expectedGain: number;
}

/**
 * The draft length with the most expected tokens per millisecond, 0 always included (Leviathan et al.
 * 2211.17192, section 3.5, with measured costs instead of a constant ratio). O(limit).
 *
 * @param acceptance conditional acceptance at a position, 0 to 1.
 * @param roundCost milliseconds of a round that drafts `length` tokens, for length 0 to limit.
 * @param allowed lengths to choose among beside 0; default: all.
 */
export function chooseDraftLength(
  limit: number,
  acceptance: (position: number) => number,
  roundCost: (length: number) => number,
  allowed?: ReadonlySet<number>,
): LengthChoice {
  const plainCost = roundCost(0);
  let best: LengthChoice = { length: 0, expectedCommitted: 1, cost: plainCost, expectedGain: 1 };
  let survival = 1;
  let expectedCommitted = 1;
  for (let length = 1; length <= limit; length++) {
    survival *= acceptance(length - 1);
    expectedCommitted += survival;
    if (allowed?.has(length) === false) continue;
    const cost = roundCost(length);
    const expectedGain = (expectedCommitted * plainCost) / cost;
    if (expectedGain > best.expectedGain) best = { length, expectedCommitted, cost, expectedGain };
  }
  return best;
}

/**
 * Expected committed tokens of a round that drafts `length` tokens: 1 + sum over positions of the product of acceptances.
 *
 * @param acceptance conditional acceptance at a position, 0 to 1.
 */
export function expectedCommittedOf(length: number, acceptance: (position: number) => number): number {
  let [survival, expectedCommitted] = [1, 1];
  for (let position = 0; position < length; position++) {
    survival *= acceptance(position);
    expectedCommitted += survival;
  }
  return expectedCommitted;
}
