import { adjustHolm } from '@foretoken/stats';
import type { SourceAuditSettings } from '../endpoint-options.js';
import {
  decideEndpoint,
  type EndpointBound,
  type EndpointFailure,
  type EndpointVerdict,
} from '../endpoint-verdict.js';
import type { PairAudit } from './audit-pair.js';
import type { HomogeneityResult } from './homogeneity.js';

/** Beyond this share of pooled draws a bound over the cells is no evidence of equivalence. */
const mostPooled = 0.6;

export function decidePair(
  measured: Omit<PairAudit, 'verdict'>,
  settings: Pick<SourceAuditSettings, 'alpha' | 'confidence' | 'margin'>,
): EndpointVerdict {
  const { homogeneity, sequences, distance, prompts } = measured;
  const tested = [
    ...homogeneity.map((result) => ({ ...failureOf(result, measured), pValue: result.pValue })),
    ...(sequences === undefined
      ? []
      : [
          {
            test: 'similarity of whole sequences',
            position: undefined,
            prompt: prompts[leastIndex(sequences.byPrompt)]?.text,
            history: undefined,
            token: undefined,
            evidence: `whole sequences of both sides differ (kernel two-sample test, ${sequences.kernel})`,
            pValue: sequences.pValue,
          },
        ]),
  ];
  const adjusted = tested.length === 0 ? [] : adjustHolm(tested.map(({ pValue }) => pValue));
  const rejected = tested
    .map((test, index) => ({ ...test, pValue: adjusted[index] as number }))
    .filter(({ pValue }) => pValue <= settings.alpha);
  // What is wrong from one token on is wrong in all longer sequences: the cause lies at the first.
  const failures: EndpointFailure[] = rejected.map((test) => ({
    ...test,
    cause: causeOf(rejected[0]?.position),
  }));
  const bounds: EndpointBound[] =
    distance === undefined
      ? []
      : [
          {
            part: 'both sides',
            partition: `${distance.cells} cells: ${measured.byToken ? tokensText(distance.tokens) : 'texts'} that were common in the first ${distance.pilot} pairs, and each prompt's others`,
            cells: distance.cells,
            draws: distance.counted,
            upper: distance.upper,
            lower: distance.lower,
          },
        ];
  const verdict = decideEndpoint({
    alpha: settings.alpha,
    confidence: settings.confidence,
    margin: settings.margin,
    tests: tested.length,
    bounds,
    failures,
    missing: missingEvidence(measured),
  });
  return verdict.outcome === 'equivalent'
    ? { ...verdict, summary: `${verdict.summary}${shorterBound(measured)}` }
    : verdict;
}

/** Said where equivalence is shown of less than was audited. */
function shorterBound({ distance, byToken, tokens }: Omit<PairAudit, 'verdict'>): string {
  return distance !== undefined && byToken && distance.tokens < tokens
    ? ` The bound is of ${tokensText(distance.tokens)}: longer ones repeated too rarely among ${distance.pilot} pairs, and are tested but not bounded.`
    : '';
}

function failureOf(
  { position, worst, statistic, degreesOfFreedom }: HomogeneityResult,
  { prompts }: Omit<PairAudit, 'verdict'>,
): Omit<EndpointFailure, 'pValue' | 'cause'> {
  const test = position === undefined ? 'texts' : tokensText(position);
  const found =
    worst === undefined
      ? ''
      : `, most of all ${JSON.stringify(worst.text)} after prompt ${worst.prompt + 1}: ${worst.counts[0]} times against ${worst.counts[1]}`;
  return {
    test,
    position,
    prompt: worst === undefined ? undefined : prompts[worst.prompt]?.text,
    history: undefined,
    token: worst?.text,
    evidence: `${test} differ (G ${statistic.toFixed(1)} on ${degreesOfFreedom} degrees of freedom)${found}`,
  };
}

function missingEvidence(measured: Omit<PairAudit, 'verdict'>): string[] {
  const { cancelled, error, draws, planned, distance, distinct, sources, prompts } = measured;
  const missing: string[] = [];
  if (cancelled) missing.push(`the audit was cancelled after ${draws} of ${planned} pairs of draws`);
  if (error !== undefined) missing.push(`after ${draws} of ${planned} pairs of draws: ${error.message}`);
  if (distance === undefined) missing.push('too few pairs were drawn for a bound');
  else if (distance.pooledShare > mostPooled) {
    missing.push(
      `${(100 * distance.pooledShare).toFixed(0)} % of the draws share a cell with others, so that the bound says little: audit fewer tokens, or at a lower temperature`,
    );
  }
  for (const [side, count] of distinct.entries()) {
    if (draws > 10 * prompts.length && count <= prompts.length) {
      missing.push(
        `every draw of a prompt is the same at ${sources[side]}: it ignores the seed, caches answers, or decodes greedily, and its draws are no sample`,
      );
    }
  }
  return missing;
}

function causeOf(position: number | undefined): string {
  if (position === undefined) return 'one side changes what is drawn, where is not known without tokens';
  return position === 1
    ? 'other sampler settings or another model on one side, or a verification of drafted tokens that is wrong from the first token on'
    : 'the first token agrees and later ones do not: the verification of drafted tokens, or state between positions (cache rollback, penalties, stale probabilities)';
}

function leastIndex(values: readonly (number | undefined)[]): number {
  return values.reduce<number>(
    (least, value, index) => ((value ?? 1) < (values[least] ?? 1) ? index : least),
    0,
  );
}

function tokensText(count: number): string {
  return count === 1 ? 'first tokens' : `sequences of ${count} tokens`;
}
