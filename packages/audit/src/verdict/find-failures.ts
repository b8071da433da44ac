import type { EngineAudit } from '../engine/audit-on-engine.js';
import type { PlaceLaw } from '../engine/place-watch.js';
import type { WorstToken } from '../engine/worst-token.js';
import { adjustHolm } from '@foretoken/stats';
import type { LawResult } from '../law/law-result.js';
import type { GreedyMismatch } from '../numerics/compare-greedy-texts.js';
import type { EngineReport } from '../run/engine-report.js';
import type { TableAudit } from '../tables/audit-on-table.js';
import type { Evidence } from './decide.js';
import { likelyCause } from './likely-cause.js';
import type { Failure } from './verdict.js';

/** All that is wrong: the algorithm first, then the engines, so that the first entry is the nearest to the cause. */
export function findFailures(evidence: Evidence): Failure[] {
  const { proofs, tables, engines } = evidence;
  const adjusted = adjustedPValues(evidence);
  const rejected = (law: LawResult): boolean => (adjusted.get(law) as number) <= evidence.alpha;
  const brokenRules = new Set(proofs.filter(({ holds }) => !holds).map(({ rule }) => rule));

  const failures: Failure[] = proofs
    .filter(({ holds }) => !holds)
    .map(({ rule, worst, worstError }) => ({
      layer: 'enumeration',
      subject: rule,
      where: worst.case,
      position: worst.position,
      evidence: `tokens ${worst.sequence} have a probability that is off by ${worstError.toExponential(1)}`,
      prefix: undefined,
      token: undefined,
      pValue: 0,
      cause: likelyCause({
        layer: 'enumeration',
        position: worst.position,
        lean: undefined,
        ruleHolds: false,
        earlierLayersHold: true,
        withinRounding: false,
      }),
    }));
  const brokenOnTables = new Set<string>();
  for (const audit of tables) {
    const law = firstRejected(audit.laws, rejected);
    if (law === undefined) continue;
    brokenOnTables.add(pairOf(audit.subject));
    failures.push(tableFailure(audit, law, adjusted.get(law) as number, !brokenRules.has(audit.rule)));
  }
  for (const engine of engines) {
    const brokenReused = new Set<string>();
    for (const audit of engine.audits) {
      const laws = [...(audit.firstToken === undefined ? [] : [audit.firstToken]), ...audit.places];
      const law = firstRejected(laws, rejected);
      if (law === undefined) continue;
      const pair = pairOf(audit.subject);
      if (audit.mode === 'rows reused') brokenReused.add(pair);
      const earlier = audit.mode === 'rows reused' ? brokenOnTables : brokenReused;
      failures.push(
        engineFailure(audit, law, adjusted.get(law) as number, !earlier.has(pair), roundingOf(engine)),
      );
    }
    const broken = new Set(failures.map(({ subject }) => pairOf(subject)));
    failures.push(...stateFailures(engine, (subject) => !broken.has(pairOf(subject))));
  }
  return failures;
}

/** Of every test, adjusted for all that were planned, whether or not they were reached. */
function adjustedPValues({ tables, engines, plan }: Evidence): Map<LawResult, number> {
  const laws: LawResult[] = [
    ...tables.flatMap((audit) => audit.laws),
    ...engines.flatMap(({ audits }) =>
      audits.flatMap(({ places, firstToken }) => [
        ...(firstToken === undefined ? [] : [firstToken]),
        ...places,
      ]),
    ),
  ];
  const pValues = laws.map(({ pValue }) => pValue);
  while (pValues.length < plan.tests) pValues.push(1);
  const adjusted = pValues.length === 0 ? [] : adjustHolm(pValues);
  return new Map(laws.map((law, index) => [law, adjusted[index] as number]));
}

/** Of the rejected laws, one of the fewest tokens; among those the most improbable. */
function firstRejected<Law extends LawResult>(
  laws: readonly Law[],
  rejected: (law: LawResult) => boolean,
): Law | undefined {
  return laws
    .filter(rejected)
    .toSorted((left, right) => left.position - right.position || left.pValue - right.pValue)[0];
}

function tableFailure(audit: TableAudit, law: LawResult, pValue: number, ruleHolds: boolean): Failure {
  const { position, worst } = law;
  return {
    layer: 'tables',
    subject: audit.subject,
    where: `table ${audit.table}`,
    position,
    evidence: worst === undefined ? law.name : countsText(worst.cell, worst.observed, worst.expected),
    prefix: undefined,
    token: undefined,
    pValue,
    cause: likelyCause({
      layer: 'tables',
      position,
      lean: undefined,
      ruleHolds,
      earlierLayersHold: ruleHolds,
      withinRounding: false,
    }),
  };
}

function engineFailure(
  audit: EngineAudit,
  law: PlaceLaw | LawResult,
  pValue: number,
  earlierLayersHold: boolean,
  rounding: number,
): Failure {
  const { position } = law;
  const token = audit.worstTokens.find((worst) => worst.position === position);
  const byRatio = audit.places.find((place) => place.order === 'ratio' && place.position === position);
  return {
    layer: audit.mode,
    subject: audit.subject,
    where: audit.engine,
    position,
    evidence: token === undefined ? cellText(law) : tokenText(token),
    prefix: token === undefined ? undefined : audit.prefixes[token.prefix],
    token: token === undefined ? undefined : { id: token.token, text: token.text },
    pValue,
    cause: likelyCause({
      layer: audit.mode,
      position,
      lean: byRatio?.lean,
      ruleHolds: true,
      earlierLayersHold,
      withinRounding: isExplained(law, position * rounding),
    }),
  };
}

/** Whether the middle of the proven distance is at most twice what rounding adds up to on average. */
function isExplained({ interval }: LawResult, rounding: number): boolean {
  return interval !== undefined && (interval.lower + interval.upper) / 2 <= 2 * rounding;
}

/** What the engine's passes over several tokens differ by, a token, on average; total variation. */
function roundingOf({ passDistances }: EngineReport): number {
  return Math.max(0, ...passDistances.map(({ meanTotalVariation }) => meanTotalVariation));
}

/** Greedy texts that differ by more than the largest rounding seen anywhere on the engine. */
function stateFailures(
  { greedy, engine, passDistances }: EngineReport,
  earlierLayersHold: (subject: string) => boolean,
): Failure[] {
  const mismatches = greedy.flatMap((comparison) => comparison.mismatches);
  // Two log-probabilities are as far apart as their logits.
  const rounding = Math.max(
    0,
    ...mismatches.map(({ passDistance }) => passDistance),
    ...passDistances.map(({ logProbability }) => logProbability),
  );
  return mismatches
    .filter((mismatch) => mismatch.cause === 'state' && mismatch.logitGap > 2 * rounding)
    .map((mismatch: GreedyMismatch) => ({
      layer: 'greedy text',
      subject: mismatch.subject,
      where: engine,
      position: mismatch.index + 1,
      evidence: `text ${mismatch.text + 1}: token ${mismatch.tokens[0]} plain, ${mismatch.tokens[1]} speculative, logits ${mismatch.logitGap.toFixed(3)} apart`,
      prefix: undefined,
      token: undefined,
      pValue: 0,
      cause: likelyCause({
        layer: 'greedy text',
        position: mismatch.index + 1,
        lean: undefined,
        ruleHolds: true,
        earlierLayersHold: earlierLayersHold(mismatch.subject),
        withinRounding: false,
      }),
    }));
}

/** Rule and drafter of a subject's name, without the engine. */
function pairOf(subject: string): string {
  return subject.split(', ').slice(0, 2).join(', ');
}

function cellText({ name, worst }: LawResult): string {
  return worst === undefined ? name : `${name}: ${countsText(worst.cell, worst.observed, worst.expected)}`;
}

function tokenText({ text, token, prefix, observed, expected }: WorstToken): string {
  return countsText(`token ${token} ${JSON.stringify(text)} after prefix ${prefix + 1}`, observed, expected);
}

function countsText(what: string, observed: number, expected: number): string {
  return `${what} came out ${observed} times, ${expected.toFixed(1)} expected`;
}
