import { requireOpenProbability, requirePositive } from '../errors/require.js';
import { type CountTables, checkTables } from './count-table.js';
import { createDistanceLaw } from './distance-law.js';
import { empiricalDivergence, upperDivergence } from './kl-bounds.js';
import { empiricalDistance, upperDistance } from './total-variation-bounds.js';

export interface EquivalenceTest {
  /** Whether a distance of the margin or more is rejected at alpha. False is no evidence of a difference. */
  readonly equivalent: boolean;
  /** The least alpha at which the distance is shown to be below the margin, to a factor of 1e-6; 1 if none. */
  readonly pValue: number;
  /** The distance is below this except with probability alpha. */
  readonly upper: number;
  /** Distance of the observed shares from the target. */
  readonly estimate: number;
  readonly distance: 'total-variation' | 'kl-divergence';
  readonly margin: number;
  readonly alpha: number;
}

/** The smallest p-value reported is exp(-700). */
const mostEvidence = 700;

/**
 * Equivalence test: rejects the hypothesis that the unknown law and its target are `margin` apart or more. Where it
 * does, "equivalent within the margin" is wrong with probability alpha at most, at every number of draws. A test
 * that merely fails to find a difference shows nothing of the kind.
 *
 * Equivalent where the one-sided upper bound of totalVariationInterval or klDivergenceInterval at alpha is below the
 * margin; the p-value inverts that bound. Time: that of the interval; for kl-divergence about 30 of them.
 *
 * @param tables counts with target probabilities; several tables test the average over draws.
 * @param options.margin largest distance that still counts as equivalent, above 0: total variation 0 to 1, or nats.
 * @param options.alpha chance of a false "equivalent", @defaultValue 0.05.
 * @param options.distance @defaultValue 'total-variation'; 'kl-divergence' is KL(law || target).
 * @throws StatisticsError as the intervals do, and for a margin or alpha out of range.
 */
export function equivalenceTest(
  tables: CountTables,
  options: {
    readonly margin: number;
    readonly alpha?: number;
    readonly distance?: 'total-variation' | 'kl-divergence';
  },
): EquivalenceTest {
  const { margin, alpha = 0.05, distance = 'total-variation' } = options;
  requirePositive(margin, 'margin');
  requireOpenProbability(alpha, 'alpha');
  const checked = checkTables(tables);
  const law = createDistanceLaw(checked);
  const [bound, estimate] =
    distance === 'total-variation'
      ? [upperDistance, empiricalDistance(checked)]
      : [upperDivergence, empiricalDivergence(checked)];
  const upperAt = (level: number): number => bound(checked, law, level);
  const upper = upperAt(alpha);
  return {
    equivalent: upper < margin,
    pValue: leastLevel((level) => upperAt(level) < margin),
    upper,
    estimate,
    distance,
    margin,
    alpha,
  };
}

/** The least level at which a bound that falls as the level rises shows what it should; 1 if none does. */
function leastLevel(shows: (level: number) => boolean): number {
  let low = 0;
  let high = mostEvidence;
  if (!shows(1 - 1e-9)) return 1;
  // -log(level): shown at low, perhaps not at high.
  if (shows(Math.exp(-high))) return Math.exp(-high);
  for (let step = 0; step < 30; step++) {
    const middle = (low + high) / 2;
    if (shows(Math.exp(-middle))) low = middle;
    else high = middle;
  }
  return Math.exp(-low);
}
