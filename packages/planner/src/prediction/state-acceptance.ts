import type { AcceptanceData, CountedShare } from './acceptance-data.js';

/**
 * The acceptance by position that a drafter has while its text is such that `state` of the tokens that are asked about
 * are accepted: the counted one with its odds multiplied by the same factor at every position.
 *
 * @param state above 0, below 1.
 */
export function stateAcceptance(data: AcceptanceData, state: number): AcceptanceData {
  const { accepted } = data;
  let low = -20;
  let high = 20;
  for (let step = 0; step < 40; step++) {
    const middle = (low + high) / 2;
    if (pooledAcceptance(shifted(accepted, middle)) < state) low = middle;
    else high = middle;
  }
  return { ...data, accepted: shifted(accepted, (low + high) / 2) };
}

/** Accepted over asked about, in drafts as long as the positions that were counted. */
export function pooledAcceptance(accepted: readonly CountedShare[]): number {
  let reached = 0;
  let kept = 0;
  let survival = 1;
  for (const { mean } of accepted) {
    reached += survival;
    survival *= mean;
    kept += survival;
  }
  return reached === 0 ? 0 : kept / reached;
}

function shifted(accepted: readonly CountedShare[], logOdds: number): CountedShare[] {
  return accepted.map(({ mean, variance }) => ({
    mean: 1 / (1 + (1 / mean - 1) * Math.exp(-logOdds)),
    variance,
  }));
}
