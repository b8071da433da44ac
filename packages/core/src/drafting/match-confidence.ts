/**
 * How sure a drafter may be that copies what followed a match: 0 without one, towards 1 with its length. Only the order
 * counts, what it is worth is learnt.
 *
 * @param matched tokens that agree before the drafted one, those of the draft included, 0 or more.
 */
export function matchConfidence(matched: number): number {
  return matched / (matched + 2);
}
