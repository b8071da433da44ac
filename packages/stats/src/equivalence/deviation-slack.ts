import { minimise } from './minimise.js';

/**
 * How far an empirical total variation may fall below, or rise above, its mean, except with probability alpha.
 *
 * Changing one draw moves the empirical distance by 1/n at most, and not at all where the draw stays in its
 * cell. So the martingale of McDiarmid's proof has increments whose moment generating functions are bounded
 * by those of centred indicators of sets of cells:
 * slack = min over s > 0 of (log(1 / alpha) / n + K(s)) / s, K(s) = log(1 + m (e^s - 1)) - s m with
 * m = min(minority mass, 1/s - 1/(e^s - 1)). At a minority mass of 1/2 this is McDiarmid's bound,
 * sqrt(log(1 / alpha) / (2 n)); at a small one it is Bernstein's, far below.
 * Source: McDiarmid 1989, On the method of bounded differences, lemma 1.2; the maximum over functions of one
 * draw is at an indicator since a log moment generating function is convex in the function.
 *
 * @param count n, at least 1: draws in all.
 * @param minorityMass the largest m such that some set of cells has a probability of m and its complement no
 *   less, 0 to 1/2, averaged over draws from several laws; a larger value is a valid bound too.
 * @param alpha above 0, at most 1.
 */
export function deviationSlack(count: number, minorityMass: number, alpha: number): number {
  const evidence = -Math.log(alpha) / count;
  if (evidence <= 0 || minorityMass <= 0) return 0;
  return minimise(
    (logScale) => {
      const scale = Math.exp(logScale);
      return (evidence + indicatorLogMoment(scale, minorityMass)) / scale;
    },
    Math.log(1e-7),
    Math.log(700),
  );
}

/**
 * K(scale): bound on log E exp(scale (f - E f)) for functions f of one draw that are constant on cells with values in
 * [0, 1], of either sign.
 */
export function indicatorLogMoment(scale: number, minorityMass: number): number {
  const mass = Math.min(minorityMass, widestMass(scale));
  return Math.log1p(mass * Math.expm1(scale)) - scale * mass;
}

/** The mass at which a centred indicator's moment generating function is largest, 1/2 at scale 0. */
function widestMass(scale: number): number {
  return scale < 0.01 ? 0.5 - scale / 12 : 1 / scale - 1 / Math.expm1(scale);
}
