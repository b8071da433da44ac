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
// Goodness of fit.
export type { AsymptoticGoodnessOfFit } from './goodness-of-fit/asymptotic-test.js';
export { chiSquareHomogeneityTest } from './goodness-of-fit/chi-square-homogeneity-test.js';
export { chiSquareTest } from './goodness-of-fit/chi-square-test.js';
export { countSequences, sequenceKey } from './goodness-of-fit/count-sequences.js';
export {
  type DiscreteKolmogorovSmirnov,
  discreteKolmogorovSmirnovTest,
} from './goodness-of-fit/discrete-kolmogorov-smirnov-test.js';
export type { Divergence } from './goodness-of-fit/divergence.js';
export { gHomogeneityTest } from './goodness-of-fit/g-homogeneity-test.js';
export { gTest } from './goodness-of-fit/g-test.js';
export type {
  GoodnessOfFit,
  ImpossibleCell,
  PoolingOptions,
  TestedCell,
} from './goodness-of-fit/goodness-of-fit.js';
export type { AsymptoticIndependence, Independence } from './goodness-of-fit/independence.js';
export { type IndependenceOptions, independenceTest } from './goodness-of-fit/independence-test.js';
export { type JointHomogeneity, jointHomogeneityTest } from './goodness-of-fit/joint-homogeneity-test.js';
export {
  type JointCell,
  type JointLawOptions,
  type JointLawTest,
  jointLawTest,
  unlistedKey,
} from './goodness-of-fit/joint-law-test.js';
export { type KolmogorovSmirnov, kolmogorovSmirnovTest } from './goodness-of-fit/kolmogorov-smirnov-test.js';
export {
  type KolmogorovSmirnovTwoSample,
  kolmogorovSmirnovTwoSampleTest,
} from './goodness-of-fit/kolmogorov-smirnov-two-sample-test.js';
export {
  type AsymptoticLagIndependence,
  type LagIndependence,
  lagIndependenceTest,
} from './goodness-of-fit/lag-independence-test.js';
export {
  type MonteCarloGoodnessOfFit,
  type MonteCarloOptions,
  monteCarloGoodnessOfFitTest,
} from './goodness-of-fit/monte-carlo-goodness-of-fit-test.js';
export {
  type MonteCarloIndependence,
  monteCarloIndependenceTest,
} from './goodness-of-fit/monte-carlo-independence-test.js';
export type { MonteCarloPValue } from './goodness-of-fit/monte-carlo-p-value.js';
export type { MultinomialStatistic } from './goodness-of-fit/multinomial-statistic.js';
export {
  type MultinomialTest,
  type MultinomialTestOptions,
  multinomialTest,
} from './goodness-of-fit/multinomial-test.js';
export {
  type PermutationLagIndependence,
  permutationLagIndependenceTest,
} from './goodness-of-fit/permutation-lag-independence-test.js';
export { type PooledCells, poolCells } from './goodness-of-fit/pool-cells.js';
// Equivalence within a margin, and finite-n bounds of total variation and KL divergence.
export type { CountTable, CountTables } from './equivalence/count-table.js';
export { type EquivalenceTest, equivalenceTest } from './equivalence/equivalence-test.js';
export { type KlDivergenceInterval, klDivergenceInterval } from './equivalence/kl-divergence-interval.js';
export {
  type TotalVariationInterval,
  totalVariationInterval,
} from './equivalence/total-variation-interval.js';
// Sequential: evidence and bounds that may be watched.
export { alphaOfLook } from './sequential/alpha-of-look.js';
export { type CategoricalEProcess, createCategoricalEProcess } from './sequential/categorical-e-process.js';
export { type ConditionalEProcess, createConditionalEProcess } from './sequential/conditional-e-process.js';
export type { EProcess } from './sequential/e-process.js';
export { randomisedPit } from './sequential/randomised-pit.js';
export {
  createTotalVariationSequence,
  type SequentialInterval,
  type TotalVariationSequence,
} from './sequential/total-variation-sequence.js';
export { createUniformEProcess, type UniformEProcess } from './sequential/uniform-e-process.js';
// Two samples from black boxes.
export { hammingKernel } from './two-sample/hamming-kernel.js';
export type { Kernel } from './two-sample/kernel.js';
export { kernelTwoSampleTest } from './two-sample/kernel-two-sample-test.js';
export { type PermutationTest, permutationTest } from './two-sample/permutation-test.js';
export { spectrumKernel } from './two-sample/spectrum-kernel.js';
// Power and sample sizes.
export { chiSquareTestPower } from './power/chi-square-test-power.js';
export { minimumDetectableTotalVariation } from './power/minimum-detectable-total-variation.js';
export { noncentralChiSquareCdf } from './power/noncentral-chi-square-cdf.js';
export { noncentralChiSquareSurvival } from './power/noncentral-chi-square-survival.js';
export { requiredNoncentrality } from './power/required-noncentrality.js';
export { sampleCountForMargin } from './power/sample-count-for-margin.js';
export { sampleCountToDetect } from './power/sample-count-to-detect.js';
export { smallestProvableMargin } from './power/smallest-provable-margin.js';
// Effect sizes of performance comparisons.
export type { Alternative } from './effect-size/alternative.js';
export { bootstrapMean, type MeanInterval } from './effect-size/bootstrap-mean.js';
export { bootstrapRatio } from './effect-size/bootstrap-ratio.js';
export { formatRatio } from './effect-size/format-ratio.js';
export { hodgesLehmannRatio } from './effect-size/hodges-lehmann-ratio.js';
export { logRatios, type PairedTimes } from './effect-size/paired-times.js';
export type { RatioInterval } from './effect-size/ratio-interval.js';
export { type SignTest, signTest } from './effect-size/sign-test.js';
export {
  type WilcoxonSignedRankTest,
  wilcoxonSignedRankTest,
} from './effect-size/wilcoxon-signed-rank-test.js';
// Multiple testing.
export { adjustBenjaminiHochberg } from './multiple-testing/adjust-benjamini-hochberg.js';
export { adjustHolm } from './multiple-testing/adjust-holm.js';
export {
  createFalseAlarmLedger,
  type FalseAlarmEntry,
  type FalseAlarmLedger,
} from './multiple-testing/false-alarm-ledger.js';
// Randomness.
export type { RandomSource } from './random/random-source.js';
// Errors.
export { StatisticsError, type StatisticsErrorReason } from './errors/statistics-error.js';
