import { constantAcceptance } from '@foretoken/core';
import { type AcceptanceData, type CountedShare, mapShares } from './acceptance-data.js';

/** Halvings of an interval: far finer than any count. */
const halvings = 40;
/** Logarithm of the largest factor of the odds. */
const mostLogOdds = 20;

/**
 * The acceptance by position that a drafter has while its text is in a state: the counted one with its odds multiplied
 * by the same factor at every position, so that drafts of `length` tokens keep as many as with an acceptance of `state`
 * at every position.
 *
 * @param state above 0, below 1.
 * @param length 1 or more.
 */
export function stateAcceptance(data: AcceptanceData, state: number, length: number): AcceptanceData {
  const { accepted } = data;
  const wanted = keptTokens(() => state, length);
  let [low, high] = [-mostLogOdds, mostLogOdds];
  for (let halving = 0; halving < halvings; halving++) {
    const middle = (low + high) / 2;
    if (keptTokens(byPosition(shifted(accepted, middle)), length) < wanted) low = middle;
    else high = middle;
  }
  const logOdds = (low + high) / 2;
  return mapShares(data, (shares) => shifted(shares, logOdds));
}

/** The state of a text with this acceptance, told by drafts of `length` tokens: as the run-time controller tells it. */
export function stateOf({ accepted }: Pick<AcceptanceData, 'accepted'>, length: number): number {
  return constantAcceptance(length, byPosition(accepted));
}

/** Expected accepted tokens of a draft that is as long as it is asked for. */
function keptTokens(acceptance: (position: number) => number, length: number): number {
  let survival = 1;
  let kept = 0;
  for (let position = 0; position < length; position++) kept += survival *= acceptance(position);
  return kept;
}

function byPosition(accepted: readonly CountedShare[]): (position: number) => number {
  return (position) => (accepted[Math.min(position, accepted.length - 1)] as CountedShare).mean;
}

function shifted(accepted: readonly CountedShare[], logOdds: number): CountedShare[] {
  return accepted.map(({ mean, variance }) => ({
    mean: 1 / (1 + (1 / mean - 1) * Math.exp(-logOdds)),
    variance,
  }));
}
