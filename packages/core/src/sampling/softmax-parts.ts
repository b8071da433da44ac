/**
 * How many tokens' weights are summed on their own before their sum joins the total, an even number. It keeps
 * the rounding error of a sum over n weights below (1024 + n / 2048) x 1.1e-16: 1.3e-13 at a vocabulary of
 * 200,000, where one running sum could lose 2e-11.
 */
export const tokensPerSum = 2048;

/** 1 / temperature, finite: times a difference of 0 it must give 0 even for the least temperature. */
export function inverseTemperature(temperature: number): number {
  return Math.min(1 / temperature, Number.MAX_VALUE);
}
