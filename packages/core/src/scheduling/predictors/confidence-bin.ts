/** Lower bounds of the bins but the first. Finer near 1, where most of a good draft's tokens are. */
const bounds = [0.2, 0.4, 0.6, 0.8, 0.95] as const;

/** Number of bins, one of them for tokens whose probability is not known. */
export const confidenceBins: number = bounds.length + 2;

/** The bin of a drafter's probability of its token: 0 where it is not known, then ascending. */
export function confidenceBin(confidence: number | undefined): number {
  if (confidence === undefined) return 0;
  return 1 + bounds.filter((bound) => confidence >= bound).length;
}
