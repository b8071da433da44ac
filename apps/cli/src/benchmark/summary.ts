/** Median and quartiles of some measurements. */
export interface Summary {
  readonly median: number;
  readonly lowerQuartile: number;
  readonly upperQuartile: number;
  readonly count: number;
}

export function summarize(values: readonly number[]): Summary {
  const sorted = values.toSorted((left, right) => left - right);
  const at = (share: number): number => {
    const position = share * (sorted.length - 1);
    const below = sorted[Math.floor(position)] as number;
    const above = sorted[Math.ceil(position)] as number;
    return below + (above - below) * (position - Math.floor(position));
  };
  return { median: at(0.5), lowerQuartile: at(0.25), upperQuartile: at(0.75), count: sorted.length };
}

/** "1.31x [1.27, 1.36]": the median and the quartiles of a ratio. */
export function ratioText({ median, lowerQuartile, upperQuartile }: Summary): string {
  return `${median.toFixed(2)}x [${lowerQuartile.toFixed(2)}, ${upperQuartile.toFixed(2)}]`;
}
