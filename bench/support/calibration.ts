/** A prediction and what became of it. */
export interface Prediction {
  /** Predicted chance that the token is accepted, above 0 and below 1. */
  readonly chance: number;
  readonly accepted: boolean;
}

interface CalibrationBin {
  /** Predictions from this chance on, below the next bin's. */
  readonly from: number;
  readonly count: number;
  readonly meanChance: number;
  readonly acceptedShare: number;
}

export interface Calibration {
  readonly count: number;
  /** Mean squared error (Brier 1950). */
  readonly brier: number;
  /** Mean negative logarithm of the chance given to what happened, in nats. */
  readonly logLoss: number;
  /** Mean distance of predicted chance and accepted share over ten bins of equal width, weighted by their counts. */
  readonly expectedCalibrationError: number;
  readonly bins: readonly CalibrationBin[];
}

const binCount = 10;

export function calibrationOf(predictions: readonly Prediction[]): Calibration {
  const sums = Array.from({ length: binCount }, () => ({ count: 0, chance: 0, accepted: 0 }));
  let [brier, logLoss] = [0, 0];
  for (const { chance, accepted } of predictions) {
    brier += (chance - (accepted ? 1 : 0)) ** 2;
    logLoss -= Math.log(accepted ? chance : 1 - chance);
    const bin = sums[Math.min(binCount - 1, Math.floor(chance * binCount))] as (typeof sums)[number];
    bin.count += 1;
    bin.chance += chance;
    bin.accepted += accepted ? 1 : 0;
  }
  const { length } = predictions;
  const distance = sums.reduce((sum, bin) => sum + Math.abs(bin.chance - bin.accepted), 0);
  return {
    count: length,
    brier: rounded(brier / length),
    logLoss: rounded(logLoss / length),
    expectedCalibrationError: rounded(distance / length),
    bins: sums.flatMap(({ count, chance, accepted }, index) =>
      count === 0
        ? []
        : [
            {
              from: index / binCount,
              count,
              meanChance: rounded(chance / count),
              acceptedShare: rounded(accepted / count),
            },
          ],
    ),
  };
}

function rounded(value: number): number {
  return Number(value.toFixed(4));
}
