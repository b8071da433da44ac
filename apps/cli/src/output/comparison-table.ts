import Table from 'cli-table3';
import type { LanguageModel } from '@foretoken/core';
import type { Comparison, RunStatistics } from '../benchmark/compare-runs.js';
import { formatRatio, type RatioInterval } from '@foretoken/stats';
import { ratioText } from '../benchmark/summary.js';

/** Plain and speculative decoding side by side. */
export function comparisonTable(comparison: Comparison): string {
  const { plain, speculative } = comparison;
  const table = new Table({ head: ['', 'plain', 'speculative'], style: { head: [], border: [] } });
  table.push(
    ['tokens/s (median)', ...[plain, speculative].map((run) => run.tokensPerSecond.median.toFixed(1))],
    ['tokens per target pass', ...[plain, speculative].map((run) => run.blockEfficiency.toFixed(2))],
    ['characters per target pass', ...[plain, speculative].map((run) => run.charactersPerPass.toFixed(1))],
    ['acceptance by position', '-', acceptanceText(speculative)],
    ['speculative / plain, 95 %', '', speedupText(comparison.speedup)],
    ['all prompts together, 95 %', '', speedupText(comparison.workload)],
    ['median [quartiles] over prompts', '', ratioText(comparison.ratio)],
  );
  if (comparison.identical !== undefined) {
    table.push(['greedy text identical', '', `${comparison.identical} of ${comparison.ratio.count} prompts`]);
  }
  return table.toString();
}

/** The ratio with its interval; without one where the prompts are too few to bound it. */
export function speedupText(speedup: RatioInterval): string {
  if (speedup.upper !== Infinity) return formatRatio(speedup);
  return `${speedup.estimate.toFixed(2)}x, too few prompts for an interval`;
}

/** One line for every prompt whose greedy text differs, with the reason. */
export function differenceLines(comparison: Comparison, target: LanguageModel): string[] {
  return comparison.differences.map(({ prompt, index, tokens, logitGap, passDistance, cause }) => {
    const [first, second] = tokens.map((token) => JSON.stringify(target.tokenizer.decode([token])));
    return `prompt ${prompt + 1}: token ${index + 1} is ${first} plain and ${second} speculative: ${cause} (logit gap ${logitGap.toExponential(1)}, one-token and many-token passes differ by up to ${passDistance.toExponential(1)})`;
  });
}

function acceptanceText({ acceptedByPosition, draftedByPosition }: RunStatistics): string {
  if (draftedByPosition.length === 0) return 'nothing drafted';
  const shares = draftedByPosition.map((drafted, position) =>
    ((acceptedByPosition[position] as number) / drafted).toFixed(2).replace(/^0/, ''),
  );
  return shares.length <= 8 ? shares.join(' ') : `${shares.slice(0, 8).join(' ')} ...`;
}
