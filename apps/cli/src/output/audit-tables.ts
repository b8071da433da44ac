import type { AuditReport, EngineAudit, LawResult, Verdict } from '@foretoken/audit';
import Table from 'cli-table3';
import { colours } from './colours.js';
import { outcomeText } from './outcome-text.js';

/** The layers of an audit as tables, each under its title. */
export function auditLines(report: AuditReport): string[] {
  const { proofs, tables, engines } = report;
  const lines = [
    colours.bold('Layer 1, the algorithm: every branch of each rule, on small tables'),
    table(
      ['rule', 'cases', 'largest error', 'exact to 1e-12'],
      proofs.map(({ rule, caseCount, worstError, holds }) => [
        rule,
        String(caseCount),
        worstError.toExponential(1),
        holds ? 'yes' : 'NO',
      ]),
    ),
    colours.bold('Layer 1, drawn: three tokens of the decode loop on tables'),
    table(
      ['rule, drafter', 'table', 'draws', 'a second', 'smallest p', 'total variation'],
      tables.map(({ subject, table: name, laws, milliseconds, error }) => [
        subject.replace(/, tables$/, ''),
        name,
        count(laws),
        rate(laws, milliseconds),
        smallestP(laws),
        error ?? boundText(laws.at(-1)),
      ]),
    ),
  ];
  if (engines.length === 0) return lines;
  lines.push(
    colours.bold('Layer 2, the engines: three tokens of a real model after random prefixes'),
    table(
      ['rule, drafter, engine', 'mode', 'draws', 'a second', 'smallest p', 'total variation'],
      engines.flatMap(({ audits }) => audits.map(engineRow)),
    ),
    ...engines.flatMap(({ audits }) =>
      audits.flatMap(({ subject, firstToken }) =>
        firstToken === undefined
          ? []
          : [
              `${subject}, first token over the vocabulary: ${boundText(firstToken)}, ${firstToken.probabilities.length} cells, ${(100 * firstToken.pooledMass).toFixed(1)} % of the mass in pooled ones`,
            ],
      ),
    ),
    ...engines.flatMap(({ name, reusedPlaces, ownPlaces }) =>
      [['rows reused', reusedPlaces] as const, ['own passes', ownPlaces] as const].flatMap(([mode, laws]) =>
        laws.map((law) => `${name}, all ${mode}, ${law.name}: ${boundText(law)}, ${law.count} draws`),
      ),
    ),
    colours.bold('Layer 3, numerics: passes over several tokens against passes over one'),
    table(
      ['engine', 'tokens', 'log-probability', 'total variation', 'mean KL', 'greedy texts'],
      engines.flatMap(({ name, passDistances, greedy }) =>
        passDistances.map(({ tokens, logProbability, largestTotalVariation, meanDivergence }, index) => [
          name,
          String(tokens),
          logProbability.toExponential(1),
          largestTotalVariation.toExponential(1),
          meanDivergence.toExponential(1),
          index > 0
            ? ''
            : `${greedy.reduce((sum, { identical }) => sum + identical, 0)} of ${greedy.reduce((sum, comparison) => sum + comparison.count, 0)} identical`,
        ]),
      ),
    ),
    ...engines.flatMap(({ greedy }) =>
      greedy.flatMap(({ mismatches }) =>
        mismatches.map(
          ({ subject, text, index, logitGap, passDistance, cause }) =>
            `${subject}: greedy text ${text + 1} differs at token ${index + 1}: ${cause} (logit gap ${logitGap.toExponential(1)}, passes differ by up to ${passDistance.toExponential(1)})`,
        ),
      ),
    ),
  );
  return lines;
}

/** What a person acts on, with all that it rests on. */
export function verdictLines(verdict: Verdict): string[] {
  const { alpha, confidence, margin, tests, bounds, failures, missing } = verdict;
  return [
    outcomeText(verdict),
    ...failures.map(
      ({ layer, subject, where, position, evidence, prefix, pValue, cause }) =>
        `- ${layer}: ${subject}, ${where}${position === undefined ? '' : `, token ${position}`}: ${evidence}${prefix === undefined ? '' : ` (prefix ${JSON.stringify(prefix)})`}; adjusted p ${pValue.toExponential(1)}; ${cause}`,
    ),
    ...missing.map((reason) => `- missing: ${reason}`),
    ...boundLines(bounds),
    `"Not lossless" is wrong with probability ${alpha} at most (Holm over ${tests} tests); the ${bounds.length} bounds hold together with probability ${confidence}, and count as equivalent up to ${margin}.`,
  ];
}

/** The declared partitions of each layer, and the widest bound over them. */
function boundLines(bounds: Verdict['bounds']): string[] {
  const layers = [...new Set(bounds.map(({ layer }) => layer))];
  return layers.map((layer) => {
    const own = bounds.filter((bound) => bound.layer === layer);
    const partitions = [...new Set(own.map(({ partition }) => partition))].join('; ');
    const widest = own.reduce((left, right) => (right.upper > left.upper ? right : left));
    return `${layer}: total variation below ${widest.upper.toFixed(3)} over ${partitions} (${own.length} bounds, the widest after ${widest.draws} draws)`;
  });
}

function engineRow({ subject, mode, places, firstToken, draws, milliseconds, error }: EngineAudit): string[] {
  const laws: readonly LawResult[] = [...places, ...(firstToken === undefined ? [] : [firstToken])];
  const joint = places.filter(({ position }) => position === 3);
  const widest = joint.toSorted(
    (left, right) => (right.interval?.upper ?? 1) - (left.interval?.upper ?? 1),
  )[0];
  return [
    subject,
    mode,
    String(draws),
    milliseconds > 0 ? ((1000 * draws) / milliseconds).toFixed(0) : '',
    smallestP(laws),
    error ?? boundText(widest),
  ];
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const made = new Table({ head: [...head], style: { head: [], border: [] } });
  made.push(...rows.map((row) => [...row]));
  return made.toString();
}

function count(laws: readonly LawResult[]): string {
  return String(laws[0]?.count ?? 0);
}

function rate(laws: readonly LawResult[], milliseconds: number): string {
  return milliseconds > 0 ? ((1000 * (laws[0]?.count ?? 0)) / milliseconds).toFixed(0) : '';
}

function smallestP(laws: readonly LawResult[]): string {
  const smallest = Math.min(1, ...laws.map(({ pValue }) => pValue));
  return smallest < 0.001 ? smallest.toExponential(1) : smallest.toFixed(3);
}

function boundText(law: LawResult | undefined): string {
  if (law?.interval === undefined) return 'nothing drawn';
  const { lower, upper } = law.interval;
  return `${lower.toFixed(3)} to ${upper.toFixed(3)}`;
}
