import type { TargetComparison } from '@foretoken/audit';
import type { MeanInterval } from '@foretoken/stats';

/** A row of a table whose columns are candidates. */
export interface ComparisonRow {
  readonly name: string;
  readonly unit: string;
  readonly show: (comparison: TargetComparison) => string;
}

/** How far a candidate is from the reference, over all positions. */
export const distanceRows: readonly ComparisonRow[] = [
  { name: 'mean total variation', unit: '', show: ({ totalVariation }) => interval(totalVariation) },
  { name: 'mean KL divergence', unit: 'nats', show: ({ kullbackLeibler }) => interval(kullbackLeibler) },
  { name: 'mean Jensen-Shannon', unit: 'nats', show: ({ jensenShannon }) => interval(jensenShannon) },
  { name: 'same most probable token', unit: '', show: ({ sameTop }) => percentInterval(sameTop) },
  {
    name: 'greedy text identical',
    unit: 'prompts',
    show: ({ greedy }) => {
      const first = greedy.differences.map(({ index }) => index).toSorted((left, right) => left - right)[0];
      const total = greedy.identical + greedy.differences.length;
      return `${greedy.identical} of ${total}${first === undefined ? '' : `, first difference at token ${first + 1}`}`;
    },
  },
  {
    name: 'perplexity',
    unit: '',
    show: ({ perplexity }) => `${perplexity.reference.toFixed(4)} and ${perplexity.candidate.toFixed(4)}`,
  },
  {
    name: 'log-likelihood lost',
    unit: 'nats a token',
    show: ({ perplexity }) => interval(perplexity.difference),
  },
];

/** Speed and memory, the reference's first. */
export const costRows: readonly ComparisonRow[] = [
  {
    name: 'tokens/s',
    unit: '',
    show: ({ costs }) =>
      `${costs.reference.tokensPerSecond.toFixed(1)} and ${costs.candidate.tokensPerSecond.toFixed(1)}`,
  },
  {
    name: 'memory',
    unit: 'MB',
    show: ({ costs }) => {
      const total = ({ memory }: TargetComparison['costs']['reference']): string =>
        ((memory.weights + memory.cache + memory.buffers) / 1e6).toFixed(0);
      return `${total(costs.reference)} and ${total(costs.candidate)}`;
    },
  },
];

function interval({ estimate, lower, upper }: MeanInterval): string {
  const digits = (value: number): string => (value === 0 ? '0' : value.toPrecision(2));
  return `${digits(estimate)} [${digits(lower)}, ${digits(upper)}]`;
}

function percentInterval({ estimate, lower, upper }: MeanInterval): string {
  const percent = (value: number): string => `${(100 * value).toFixed(1)} %`;
  return `${percent(estimate)} [${percent(lower)}, ${percent(upper)}]`;
}
