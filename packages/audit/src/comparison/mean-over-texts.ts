import { createRequestRandom } from '@foretoken/core';
import { bootstrapMean, type MeanInterval } from '@foretoken/stats';

/** Mean over the rows of at least two texts, with an interval over the texts. */
export type MeanOverTexts = <Row>(
  texts: readonly (readonly Row[])[],
  pick: (row: Row) => number,
) => MeanInterval;

const resamples = 2000;

/** Every mean is resampled with the same draws, which are made once. */
export function createMeanOverTexts(seed: number, confidence?: number): MeanOverTexts {
  const keyed = createRequestRandom({ seed }).round(0);
  const draws: number[] = [];
  return (texts, pick) => {
    let drawn = 0;
    const random = (): number => {
      const at = drawn++;
      return (draws[at] ??= keyed.uniform('sample', 0, Math.floor(at / 2 ** 20), at % 2 ** 20));
    };
    return bootstrapMean(
      {
        sums: texts.map((rows) => rows.reduce((sum, row) => sum + pick(row), 0)),
        counts: texts.map((rows) => rows.length),
      },
      { random, resamples, ...(confidence === undefined ? {} : { confidence }) },
    );
  };
}
