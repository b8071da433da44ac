import { adjustHolm, clopperPearsonInterval } from '@foretoken/stats';
import type { LawResult } from '../../law/law-result.js';
import type { SourceAuditSettings } from '../endpoint-options.js';
import {
  decideEndpoint,
  type EndpointBound,
  type EndpointFailure,
  type EndpointVerdict,
} from '../endpoint-verdict.js';
import type { SampleAudit } from './audit-samples.js';
import type { HistoryResult } from './history-test.js';
import type { RankResult } from './rank-watch.js';
import { boundConfidence, sampleTests } from './sample-watches.js';
import { sampleCause } from './sample-cause.js';
import type { WorstToken } from './worst-token.js';

/** One test of the audit, whichever statistic it uses. */
interface Tested {
  readonly test: string;
  readonly position: number;
  readonly pValue: number;
  readonly evidence: string;
}

/** Reports for one history that are further apart than this share of the margin leave no law to hold samples against. */
const mostDriftOfMargin = 0.1;

/** Beyond this share of unreported probability the bounds are no evidence of equivalence. */
const mostUnreported = 0.6;

/** @param distinct how many different draws there were, by prompt and tokens. */
export function decideSamples(
  measured: Omit<SampleAudit, 'verdict'>,
  settings: Pick<SourceAuditSettings, 'alpha' | 'confidence' | 'margin'>,
  distinct: number,
): EndpointVerdict {
  const { tokens, draws, planned, prompts, firstToken, places = [], worstTokens = [] } = measured;
  const tests = sampleTests(tokens);
  const tested = allTests(measured, draws >= planned);
  const pValues = tested.map(({ pValue }) => pValue);
  while (pValues.length < tests) pValues.push(1);
  const adjusted = adjustHolm(pValues);
  const rejected = tested
    .map((test, index) => ({ ...test, pValue: adjusted[index] as number }))
    .filter(({ pValue }) => pValue <= settings.alpha)
    .toSorted((left, right) => left.position - right.position || left.pValue - right.pValue);
  // What is wrong from one token on is wrong in every law of more tokens: the cause lies at the first.
  const cause = rejected[0] === undefined ? '' : sampleCause(measured, rejected[0].position, distinct);
  const failures: EndpointFailure[] = rejected.map(({ test, position, pValue, evidence }) => {
    const worst = worstTokens.find((token) => token.position === position);
    return {
      test,
      position,
      prompt: worst === undefined ? undefined : prompts[worst.prompt]?.text,
      history: worst?.history,
      token: worst?.text,
      evidence: worst === undefined ? evidence : worstText(worst),
      pValue,
      cause,
    };
  });
  const bounds = [firstToken, places.at(-1)].flatMap((law) =>
    law === undefined ? [] : [boundOf(law, measured, settings.confidence)],
  );
  return decideEndpoint({
    alpha: settings.alpha,
    confidence: settings.confidence,
    margin: settings.margin,
    tests,
    bounds,
    failures,
    missing: missingEvidence(measured, settings.margin),
  });
}

function allTests(measured: Omit<SampleAudit, 'verdict'>, complete: boolean): Tested[] {
  const { firstToken, places = [], ranks = [], histories = [] } = measured;
  const laws: LawResult[] = [...(firstToken === undefined ? [] : [firstToken]), ...places];
  return [
    ...laws.map((law) => ({
      test: law.name,
      position: law.position,
      pValue: law.pValue,
      evidence: lawText(law),
    })),
    ...ranks.map((rank) => ({
      test: `ranks of token ${rank.position}`,
      position: rank.position,
      pValue: rank.pValue,
      evidence: rankText(rank),
    })),
    // Their p-values hold at the planned number of draws only.
    ...(complete ? histories : []).map((result) => ({
      test: `token ${result.position} after each history`,
      position: result.position,
      pValue: result.pValue,
      evidence: historyText(result),
    })),
  ];
}

function missingEvidence(measured: Omit<SampleAudit, 'verdict'>, margin: number): string[] {
  const { cancelled, error, draws, planned, drift, stoppedEarly, ranks = [] } = measured;
  const missing: string[] = [];
  if (cancelled) missing.push(`the audit was cancelled after ${draws} of ${planned} draws`);
  if (error !== undefined) missing.push(`after ${draws} of ${planned} draws: ${error.message}`);
  if (draws === 0) missing.push('nothing was drawn');
  if (stoppedEarly) missing.push(`the audit stopped at a difference after ${draws} of ${planned} draws`);
  for (const { position, count, ranks: classes } of ranks) {
    const unreported = (classes.at(-1)?.expected ?? 0) / Math.max(1, count);
    if (unreported > mostUnreported) {
      missing.push(
        `${(100 * unreported).toFixed(0)} % of the probability of token ${position} was not reported: ask for more tokens (--top-tokens), or audit at a lower temperature`,
      );
    }
  }
  if (drift > mostDriftOfMargin * margin) {
    missing.push(
      `what is reported after one history changes by a total variation of ${drift.toPrecision(2)} from answer to answer`,
    );
  }
  return missing;
}

/** Draws that ended early are in no cell: the share of such draws widens the bound. */
function boundOf(
  law: LawResult,
  { prompts, draws, ended }: Omit<SampleAudit, 'verdict'>,
  confidence: number,
): EndpointBound {
  const cells = law.probabilities.length;
  const leftOut = clopperPearsonInterval(ended, draws + ended, {
    confidence: boundConfidence(confidence),
    side: 'upper',
  });
  return {
    part: law.name,
    partition: law.name.startsWith('places')
      ? `${cells} cells of equal probability, by the places of the tokens in their reported laws`
      : `${cells} cells: the likely tokens of each of ${prompts.length} prompts, and the others`,
    cells,
    draws: law.count,
    // Nothing drawn, nothing known.
    upper: Math.min(1, (law.interval?.upper ?? 1) + leftOut.upper),
    lower: Math.max(0, (law.interval?.lower ?? 0) - leftOut.upper),
  };
}

function lawText({ name, worst, impossible }: LawResult): string {
  if (impossible > 0) return `${name}: ${impossible} draws of tokens that the reported law rules out`;
  return worst === undefined ? name : `${name}: ${worst.cell} came out ${counts(worst)}`;
}

function rankText({ position, ranks }: RankResult): string {
  const [worst] = ranks.toSorted((left, right) => surprise(right) - surprise(left));
  return worst === undefined
    ? `token ${position}`
    : `token ${position}: ${worst.name} came out ${counts(worst)}`;
}

function historyText({ position, statistic, degreesOfFreedom, tables }: HistoryResult): string {
  return `token ${position}: chi-square ${statistic.toFixed(1)} on ${degreesOfFreedom} degrees of freedom over ${tables} histories`;
}

function worstText({ position, text, prompt, history, observed, expected }: WorstToken): string {
  const before =
    history === undefined
      ? `after prompt ${prompt + 1}${position > 1 ? ', all histories together,' : ''}`
      : `after prompt ${prompt + 1} and ${history.map((token) => JSON.stringify(token)).join(', ')}`;
  return `token ${position} ${before} is ${JSON.stringify(text)} ${counts({ observed, expected })}`;
}

function surprise({ observed, expected }: { readonly observed: number; readonly expected: number }): number {
  return Math.abs(observed - expected) / Math.sqrt(Math.max(expected, 1));
}

function counts({ observed, expected }: { readonly observed: number; readonly expected: number }): string {
  return `${observed} times, ${expected.toFixed(1)} expected`;
}
