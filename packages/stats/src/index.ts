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
export { normalCdf } from './distributions/normal-cdf.js';
export { normalQuantile } from './distributions/normal-quantile.js';
export { normalSurvival } from './distributions/normal-survival.js';
export { normalUpperQuantile } from './distributions/normal-upper-quantile.js';
// Errors.
export { StatisticsError, type StatisticsErrorReason } from './errors/statistics-error.js';
