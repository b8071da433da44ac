import type { TargetComparison } from '@foretoken/audit';
import type { LanguageModel } from '@foretoken/core';
import type { MeanInterval } from '@foretoken/stats';
import Table from 'cli-table3';

/** What was compared, as the user wrote it, with its result. */
export interface NamedComparison {
  readonly candidate: string;
  readonly comparison: TargetComparison;
}

const bars = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/** Every candidate against the reference, a column each. */
export function targetComparisonTable(reference: string, compared: readonly NamedComparison[]): string {
  const table = new Table({
    head: ['', `${reference} against`, ...compared.map(({ candidate }) => candidate)],
    style: { head: [], border: [] },
  });
  const row = (name: string, unit: string, show: (comparison: TargetComparison) => string): void => {
    table.push([name, unit, ...compared.map(({ comparison }) => show(comparison))]);
  };
  row('mean total variation', '', ({ totalVariation }) => interval(totalVariation));
  row('mean KL divergence', 'nats', ({ kullbackLeibler }) => interval(kullbackLeibler));
  row('mean Jensen-Shannon', 'nats', ({ jensenShannon }) => interval(jensenShannon));
  row('same most probable token', '', ({ sameTop }) => percentInterval(sameTop));
  row('greedy text identical', 'prompts', ({ greedy }) => {
    const first = greedy.differences.map(({ index }) => index).toSorted((left, right) => left - right)[0];
    const total = greedy.identical + greedy.differences.length;
    return `${greedy.identical} of ${total}${first === undefined ? '' : `, first difference at token ${first + 1}`}`;
  });
  row('perplexity', '', ({ perplexity }) => {
    return `${perplexity.reference.toFixed(4)} and ${perplexity.candidate.toFixed(4)}`;
  });
  row('log-likelihood lost', 'nats a token', ({ perplexity }) => interval(perplexity.difference));
  row('total variation by position', '', ({ byPosition }) =>
    sparkline(byPosition.map(({ totalVariation }) => totalVariation.estimate)),
  );
  row('tokens/s', '', ({ costs }) => {
    return `${costs.reference.tokensPerSecond.toFixed(1)} and ${costs.candidate.tokensPerSecond.toFixed(1)}`;
  });
  row('memory', 'MB', ({ costs }) => {
    const total = ({ memory }: TargetComparison['costs']['reference']): string =>
      ((memory.weights + memory.cache + memory.buffers) / 1e6).toFixed(0);
    return `${total(costs.reference)} and ${total(costs.candidate)}`;
  });
  row('verdict', '', verdictText);
  return table.toString();
}

/** One sentence that a person can act on. */
export function verdictText({ verdict, margin, totalVariation }: TargetComparison): string {
  const share = `${Math.round(100 * totalVariation.confidence)} %`;
  switch (verdict) {
    case 'same':
      return `the same within total variation ${margin} at ${share}`;
    case 'different':
      return `different: beyond total variation ${margin} at ${share}`;
    case 'not enough evidence':
      return `not enough evidence for or against total variation ${margin} at ${share}: give more prompts`;
  }
}

/** One line for every prompt whose greedy text differs. */
export function greedyDifferenceLines(
  { candidate, comparison }: NamedComparison,
  reference: LanguageModel,
): string[] {
  return comparison.greedy.differences.map(({ prompt, index, tokens, logitGap, cause }) => {
    const [first, second] = tokens.map((token) => JSON.stringify(reference.tokenizer.decode([token])));
    const reason = cause === 'numerics' ? 'rounding decides' : 'another distribution';
    return `${candidate}, prompt ${prompt + 1}: token ${index + 1} is ${second} instead of ${first}: ${reason} (logit gap ${logitGap.toExponential(1)})`;
  });
}

function interval({ estimate, lower, upper }: MeanInterval): string {
  const digits = (value: number): string => (value === 0 ? '0' : value.toPrecision(2));
  return `${digits(estimate)} [${digits(lower)}, ${digits(upper)}]`;
}

function percentInterval({ estimate, lower, upper }: MeanInterval): string {
  const percent = (value: number): string => `${(100 * value).toFixed(1)} %`;
  return `${percent(estimate)} [${percent(lower)}, ${percent(upper)}]`;
}

/** Sixteen groups of positions, tall where the distance is large, on the scale of the largest. */
function sparkline(values: readonly number[]): string {
  const groups = Math.min(16, values.length);
  const means = Array.from({ length: groups }, (_, group) => {
    const start = Math.floor((group * values.length) / groups);
    const end = Math.floor(((group + 1) * values.length) / groups);
    const part = values.slice(start, end);
    return part.reduce((sum, value) => sum + value, 0) / part.length;
  });
  const largest = Math.max(...means);
  const height = (mean: number): number => (largest === 0 ? 0 : Math.round((mean / largest) * 7));
  return `${means.map((mean) => bars[height(mean)]).join('')} (highest ${largest.toPrecision(2)})`;
}
