import type { VerificationRule } from '@foretoken/core';
import { type EnumeratedDrafting, enumerateJointLaw, jointLaw } from '@foretoken/core/testing';
import type { DraftFaults } from '../mutants/draft-faults.js';
import { firstDifferentPosition, worstDifference } from './law.js';
import { type ProofCase, proofCases, proofCount, treeProofCases } from './proof-cases.js';

/** Enumerated laws are sums of exact products, so only rounding may part them. */
const proofTolerance = 1e-12;

/** What following every branch of a rule showed. Nothing is sampled: there is no false alarm. */
export interface RuleProof {
  readonly rule: string;
  readonly holds: boolean;
  /** Cases enumerated. */
  readonly caseCount: number;
  /** Largest difference of any sequence's probability from the target's, over all cases. */
  readonly worstError: number;
  /** Where that was: the case, the sequence of token ids, and the first position (from 1) that is wrong. */
  readonly worst: { readonly case: string; readonly sequence: string; readonly position: number | undefined };
  /** Names of the cases that fail. */
  readonly failed: readonly string[];
}

/**
 * Layer 1 by enumeration: the joint law of a rule with sound drafters on the battery of proof cases, against the
 * target's; trees as well for a rule that takes them. O(cases x branches): a tenth of a second a rule.
 *
 * @param faults what the drafters of chains do wrong, for negative controls; default nothing.
 */
export function proveRule(rule: VerificationRule, faults: DraftFaults = {}): RuleProof {
  let worstError = -1;
  let worst: RuleProof['worst'] = { case: '', sequence: '', position: undefined };
  const failed: string[] = [];
  const cases = [
    ...proofCases().map((chain) => ({ ...chain, drafting: withFaults(chain.drafting, faults) })),
    ...treeProofCases(rule),
  ];
  for (const { name, target, drafting } of cases) {
    const law = enumerateJointLaw(rule, target, drafting, proofCount);
    const exact = jointLaw(target, proofCount);
    const { sequence, difference } = worstDifference(law, exact);
    const holds = difference <= proofTolerance;
    if (!holds) failed.push(name);
    if (!(difference <= worstError)) {
      const position = firstDifferentPosition(law, exact, proofCount, proofTolerance);
      worstError = difference;
      worst = { case: name, sequence, position };
    }
  }
  return { rule: rule.name, holds: failed.length === 0, caseCount: cases.length, worstError, worst, failed };
}

function withFaults(
  drafting: ProofCase['drafting'],
  { drawn, reported, drops }: DraftFaults,
): EnumeratedDrafting {
  const soft = drafting.drawn;
  const draws: ProofCase['target'] = (history) => drawn?.(soft(history)) ?? soft(history);
  return {
    ...drafting,
    drawn: draws,
    reported: (history, token) => reported?.(soft(history), token, draws(history)) ?? draws(history),
    ...(drops === undefined ? {} : { stop: (_, probability) => (drops(probability) ? 'drop' : undefined) }),
  };
}
