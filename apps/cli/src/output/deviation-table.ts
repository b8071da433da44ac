import type { LossyDeviation } from '@foretoken/audit';
import type { MeanInterval } from '@foretoken/stats';
import Table from 'cli-table3';

/** How far a lossy rule's output is from the target's. */
export function deviationTable({ rule, ...deviation }: LossyDeviation): string {
  const { kullbackLeibler, totalVariation, perplexity, positions } = deviation;
  const table = new Table({ head: [`LOSSY: ${rule}`, ''], style: { head: [], border: [] } });
  table.push(
    ['total variation a token', intervalText(totalVariation)],
    [
      'KL divergence, nats a token',
      kullbackLeibler === 'infinite' ? kullbackLeibler : intervalText(kullbackLeibler),
    ],
    [
      'perplexity under the target',
      `${perplexity.lossy.toFixed(2)}; of plain texts ${perplexity.plain.toFixed(2)}`,
    ],
    ['less likely than plain by, nats a token', intervalText(perplexity.difference)],
    ['tokens measured', String(positions)],
  );
  return table.toString();
}

function intervalText({ estimate, lower, upper }: MeanInterval): string {
  return `${estimate.toFixed(4)} [${lower.toFixed(4)}, ${upper.toFixed(4)}]`;
}
