import { logGammaIncrement } from '../special/log-gamma-increment.js';
import { logGammaOnePlus } from '../special/log-gamma-one-plus.js';

/**
 * Student's t where t² / ν is so large, or the share x = ν / (ν + t²) so small, that x would be no normal double: there
 * 2 P(T > t) is the first term of its series in x, (ν / t²)^(ν/2) / (ν/2 B(ν/2, 1/2)), to the last bit (DLMF 8.17.7).
 */
export function farSurvival(t: number, degreesOfFreedom: number): number {
  const logRatio = 2 * Math.log(t) - Math.log(degreesOfFreedom);
  return 0.5 * Math.exp(logFactor(degreesOfFreedom) - 0.5 * degreesOfFreedom * logRatio);
}

/** The inverse of `farSurvival`. */
export function farUpperQuantile(probability: number, degreesOfFreedom: number): number {
  const logRoot = (logFactor(degreesOfFreedom) - Math.log(2 * probability)) / degreesOfFreedom;
  return Math.exp(logRoot + 0.5 * Math.log(degreesOfFreedom));
}

/** -log(ν/2 B(ν/2, 1/2)). */
function logFactor(degreesOfFreedom: number): number {
  const shape = degreesOfFreedom / 2;
  return logGammaIncrement(0.5, shape) - logGammaOnePlus(shape);
}
