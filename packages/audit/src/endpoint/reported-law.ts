import { InvalidProbabilitiesError } from '@foretoken/core';

export interface ReportedToken {
  /** See DrawnToken. */
  readonly key: string;
  readonly text: string;
  readonly probability: number;
}

/** The distribution of one token, as far as it was reported. */
export interface ReportedLaw {
  /** By falling probability, each key once. */
  readonly tokens: readonly ReportedToken[];
  /** Probability of all other tokens together: one pooled outcome. The whole sums to 1. */
  readonly unreported: number;
}

export interface ReportedLawOptions {
  /** How many tokens were asked for, at least 1: where fewer came, they are all that can be drawn. */
  readonly asked: number;
  /** For messages: `the token after prompt 2`. */
  readonly where: string;
}

/** Servers print float32 probabilities with few digits. */
const roundingOfSum = 1e-3;
/**
 * What rounding may hide of the tokens that were not listed: a sum of 1 does not say that there are none, and a draw of one
 * would be impossible otherwise.
 */
const hiddenByRounding = 1e-4;

/**
 * A reported law, checked. The `asked` most probable tokens are kept: servers add the drawn token to them, and a cell of
 * the law must not depend on the draw. Tokens with an empty key join the unreported ones, and equal keys are summed.
 * O(n log n).
 *
 * @throws InvalidProbabilitiesError for a probability that is no number, negative or above 1, for a sum above 1, and
 *   for a sum below 1 where all tokens were reported.
 */
export function createReportedLaw(
  reported: readonly ReportedToken[],
  { asked, where }: ReportedLawOptions,
): ReportedLaw {
  for (const { text, probability } of reported) {
    if (!(probability >= 0 && probability <= 1 + roundingOfSum)) {
      throw new InvalidProbabilitiesError(
        `${where}: token ${JSON.stringify(text)} is reported with probability ${probability}; a probability is from 0 to 1.`,
      );
    }
  }
  const kept = reported.toSorted((left, right) => right.probability - left.probability).slice(0, asked);
  const sum = kept.reduce((total, { probability }) => total + probability, 0);
  if (sum > 1 + roundingOfSum) {
    throw new InvalidProbabilitiesError(
      `${where}: the reported probabilities sum to ${sum.toFixed(4)}, above 1; they are not normalised.`,
    );
  }
  if (reported.length < asked && sum < 1 - roundingOfSum) {
    throw new InvalidProbabilitiesError(
      `${where}: ${reported.length} tokens were reported where ${asked} were asked for, and their probabilities sum to ${sum.toFixed(4)}, not 1. If the server caps how many it reports, ask for ${Math.max(1, reported.length)}; otherwise they are not normalised.`,
    );
  }
  // Fewer than asked for: these are all, and rounding is no chance of another one.
  const complete = reported.length < asked;
  const room = complete ? 1 : 1 - hiddenByRounding;
  const scale = complete || sum > room ? room / sum : 1;
  const byKey = new Map<string, ReportedToken>();
  let pooled = 0;
  for (const token of kept) {
    const probability = token.probability * scale;
    if (token.key === '') pooled += probability;
    else if (probability > 0) {
      byKey.set(token.key, { ...token, probability: probability + (byKey.get(token.key)?.probability ?? 0) });
    }
  }
  const tokens = [...byKey.values()].toSorted(
    (left, right) => right.probability - left.probability || (left.key < right.key ? -1 : 1),
  );
  const listed = tokens.reduce((total, { probability }) => total + probability, 0);
  return { tokens, unreported: complete ? pooled : Math.max(0, 1 - listed) };
}

/** The token's rank from 0; the number of reported tokens where it is none of them. */
export function rankOf({ tokens }: ReportedLaw, key: string): number {
  const rank = key === '' ? -1 : tokens.findIndex((token) => token.key === key);
  return rank < 0 ? tokens.length : rank;
}

/** Total variation distance over the outcomes that both laws report, the others pooled. */
export function reportedDistance(left: ReportedLaw, right: ReportedLaw): number {
  const others = new Map(right.tokens.map(({ key, probability }) => [key, probability]));
  let common = 0;
  let leftRest = 1;
  let rightRest = 1;
  for (const { key, probability } of left.tokens) {
    const other = others.get(key);
    if (other === undefined) continue;
    common += Math.abs(probability - other);
    leftRest -= probability;
    rightRest -= other;
  }
  return (common + Math.abs(leftRest - rightRest)) / 2;
}
