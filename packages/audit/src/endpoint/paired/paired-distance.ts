import { outcomeOf, type PairedSample } from './paired-draws.js';

/** How far apart the laws of both sides can be, over a partition that was fixed by draws which are not counted. */
export interface PairedDistance {
  /** How many tokens an outcome has: as many as are audited, or fewer where longer ones were too rare in the pilot. */
  readonly tokens: number;
  /** Outcomes that were common in the pilot have a cell each, by prompt, and one cell holds the prompt's others. */
  readonly cells: number;
  /** Pairs that chose the cells, and pairs that were counted. */
  readonly pilot: number;
  readonly counted: number;
  /** Share of the counted draws in the cells of "others". */
  readonly pooledShare: number;
  /** Distance of the observed shares: above the true distance on average. */
  readonly estimate: number;
  readonly lower: number;
  readonly upper: number;
}

const pilotShare = 0.2;
/** Cells of all prompts together. */
const mostCells = 24;
/** Cells of their own hold at least this share of the pilot, or shorter outcomes are counted. */
const leastShare = 0.6;

/**
 * Bounds of the total variation distance between two unknown laws, averaged over prompts, at a fixed number of pairs and
 * for every law. With T the distance of the observed shares: its expectation is at least the true distance (Jensen),
 * and at most that plus the mean distances of either side's shares from its own law, sqrt((cells - 1) / draws) / 2 each
 * (Cauchy-Schwarz); one draw of N pairs changes T by 1 / N at most, so T is within sqrt(log(1 / alpha) / N) of its
 * expectation, each way with probability 1 - alpha (McDiarmid 1989).
 *
 * @param confidence of both ends together.
 * @returns undefined where nothing is left to count after the pilot.
 */
export function boundPairedDistance(sample: PairedSample, confidence: number): PairedDistance | undefined {
  const { pairs, byToken, tokens, prompts } = sample;
  const pilot = Math.ceil(pairs.length * pilotShare);
  const counted = pairs.length - pilot;
  if (counted === 0) return undefined;
  const outcomesOf = (
    part: PairedSample['pairs'],
    prompt: number,
    length: number,
  ): readonly [string[], string[]] => {
    const own = part.filter((pair) => pair.prompt === prompt);
    const side = (which: 0 | 1): string[] => own.map(({ draws }) => outcomeOf(draws[which], byToken, length));
    return [side(0), side(1)];
  };
  const mostOwn = Math.max(1, Math.floor(mostCells / prompts) - 1);
  const commonAt = (length: number): readonly (readonly string[])[] =>
    Array.from({ length: prompts }, (_, prompt) =>
      mostCommon(outcomesOf(pairs.slice(0, pilot), prompt, length).flat(), mostOwn),
    );
  const shareAt = (length: number): number => {
    const common = commonAt(length);
    const own = pairs
      .slice(0, pilot)
      .flatMap(({ prompt, draws }) =>
        draws.map((draw) => common[prompt]?.includes(outcomeOf(draw, byToken, length)) === true),
      );
    return own.filter(Boolean).length / own.length;
  };
  let length = tokens;
  while (byToken && length > 1 && shareAt(length) < leastShare) length -= 1;
  const commonByPrompt = commonAt(length);
  let cells = 0;
  let estimate = 0;
  let bias = 0;
  let others = 0;
  for (let prompt = 0; prompt < prompts; prompt++) {
    const common = commonByPrompt[prompt] ?? [];
    const [first, second] = outcomesOf(pairs.slice(pilot), prompt, length);
    const draws = first.length;
    cells += common.length + 1;
    if (draws === 0) continue;
    const share = (side: readonly string[], cell: string | undefined): number =>
      side.filter((outcome) => (cell === undefined ? !common.includes(outcome) : outcome === cell)).length /
      draws;
    const weight = draws / counted;
    for (const cell of [...common, undefined]) {
      estimate += (weight * Math.abs(share(first, cell) - share(second, cell))) / 2;
    }
    others += (weight * (share(first, undefined) + share(second, undefined))) / 2;
    bias += weight * Math.sqrt(common.length / draws);
  }
  const slack = Math.sqrt(Math.log(2 / (1 - confidence)) / counted);
  return {
    tokens: length,
    cells,
    pilot,
    counted,
    pooledShare: others,
    estimate,
    lower: Math.max(0, estimate - bias - slack),
    upper: Math.min(1, estimate + slack),
  };
}

function mostCommon(outcomes: readonly string[], most: number): readonly string[] {
  const counts = new Map<string, number>();
  for (const outcome of outcomes) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  return [...counts]
    .toSorted((left, right) => right[1] - left[1] || (left[0] < right[0] ? -1 : 1))
    .slice(0, most)
    .map(([outcome]) => outcome);
}
