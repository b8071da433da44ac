import { chooseDraftLength } from '@foretoken/core';

/** Drafting must promise this much: plain decoding is certain. As in the compiler's passes. */
const leastGain = 1.02;
/** Halvings of the interval of acceptances. */
const halvings = 20;

/**
 * The acceptance, the same for every drafted token, from which some draft length is faster than plain decoding by 2 %
 * (Leviathan et al. 2211.17192, section 3.5, with measured pass costs); undefined where even certain drafts are not.
 *
 * @param costs.passMilliseconds of the target over n tokens, n from 1 to `longest` + 1.
 * @param costs.draftMilliseconds of a drafted token, 0 or more.
 * @param costs.longest most tokens of a draft, at least 1.
 */
export function breakEvenAcceptance(costs: {
  readonly passMilliseconds: (tokens: number) => number;
  readonly draftMilliseconds: number;
  readonly longest: number;
}): number | undefined {
  const { passMilliseconds, draftMilliseconds, longest } = costs;
  const pays = (acceptance: number): boolean =>
    chooseDraftLength(
      longest,
      () => acceptance,
      (length) => length * draftMilliseconds + passMilliseconds(length + 1),
    ).expectedGain >= leastGain;
  if (!pays(1)) return undefined;
  let [low, high] = [0, 1];
  for (let halving = 0; halving < halvings; halving++) {
    const middle = (low + high) / 2;
    if (pays(middle)) high = middle;
    else low = middle;
  }
  return high;
}
