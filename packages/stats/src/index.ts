// Special functions.
export { erf } from './special/erf.js';
export { erfc } from './special/erfc.js';
export { inverseRegularisedBetaLower } from './special/inverse-regularised-beta-lower.js';
export { inverseRegularisedBetaUpper } from './special/inverse-regularised-beta-upper.js';
export { inverseRegularisedGammaLower } from './special/inverse-regularised-gamma-lower.js';
export { inverseRegularisedGammaUpper } from './special/inverse-regularised-gamma-upper.js';
export { logBeta } from './special/log-beta.js';
export { logBinomialCoefficient } from './special/log-binomial-coefficient.js';
export { logFactorial } from './special/log-factorial.js';
export { logGamma } from './special/log-gamma.js';
export { regularisedBetaLower } from './special/regularised-beta-lower.js';
export { regularisedBetaUpper } from './special/regularised-beta-upper.js';
export { regularisedGammaLower } from './special/regularised-gamma-lower.js';
export { regularisedGammaUpper } from './special/regularised-gamma-upper.js';
// Distributions.
export { binomialCdf } from './distributions/binomial-cdf.js';
export { binomialProbability } from './distributions/binomial-probability.js';
export { binomialQuantile } from './distributions/binomial-quantile.js';
export { binomialSurvival } from './distributions/binomial-survival.js';
export { binomialUpperQuantile } from './distributions/binomial-upper-quantile.js';
export { chiSquareCdf } from './distributions/chi-square-cdf.js';
export { chiSquareQuantile } from './distributions/chi-square-quantile.js';
export { chiSquareSurvival } from './distributions/chi-square-survival.js';
export { chiSquareUpperQuantile } from './distributions/chi-square-upper-quantile.js';
export {
  clopperPearsonInterval,
  type ClopperPearsonOptions,
  type ProbabilityInterval,
} from './distributions/clopper-pearson-interval.js';
export { kolmogorovLimitCdf } from './distributions/kolmogorov-limit-cdf.js';
export { kolmogorovLimitSurvival } from './distributions/kolmogorov-limit-survival.js';
export { kolmogorovSmirnovCdf } from './distributions/kolmogorov-smirnov-cdf.js';
export { kolmogorovSmirnovSurvival } from './distributions/kolmogorov-smirnov-survival.js';
export { normalCdf } from './distributions/normal-cdf.js';
export { normalQuantile } from './distributions/normal-quantile.js';
export { normalSurvival } from './distributions/normal-survival.js';
export { normalUpperQuantile } from './distributions/normal-upper-quantile.js';
export { poissonCdf } from './distributions/poisson-cdf.js';
export { poissonProbability } from './distributions/poisson-probability.js';
export { poissonQuantile } from './distributions/poisson-quantile.js';
export { poissonSurvival } from './distributions/poisson-survival.js';
export { poissonUpperQuantile } from './distributions/poisson-upper-quantile.js';
export { studentTCdf } from './distributions/student-t-cdf.js';
export { studentTQuantile } from './distributions/student-t-quantile.js';
export { studentTSurvival } from './distributions/student-t-survival.js';
export { studentTUpperQuantile } from './distributions/student-t-upper-quantile.js';
// Errors.
export { StatisticsError, type StatisticsErrorReason } from './errors/statistics-error.js';
export { bootstrapMean, type MeanInterval } from './effect-size/bootstrap-mean.js';
