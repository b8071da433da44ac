import type { Distribution } from './distribution.js';
import type { Draft } from './draft.js';
import type { VerificationRandom } from './verification-random.js';

/** What a rule decided. */
export interface VerificationOutcome {
  /** Indices of the accepted nodes from the root down. */
  readonly acceptedPath: readonly number[];
  /** The token after the accepted path: drawn from the residual after a rejection, else the bonus. */
  readonly nextToken: number;
  readonly nextTokenKind: 'correction' | 'bonus';
}

/** An exact (or openly inexact) rule that keeps or replaces the tokens of a draft. Pure and synchronous. */
export interface VerificationRule {
  readonly name: string;
  /** True only where the joint law of the output is proven equal to the target's. */
  readonly exact: boolean;
  /**
   * How randomness is keyed: `round` draws afresh every round; `position` gives the same draw for the
   * same absolute position whatever was drafted, which only sample-match may use.
   */
  readonly randomness: 'round' | 'position';
  /** True where the rule takes drafts with branches. */
  readonly trees: boolean;
  /**
   * True where siblings must be independent draws from one distribution, as many as were decided on before the first
   * was drawn; the draft's budget then says so. Default false: every child may have a distribution of its own.
   */
  readonly independentSiblings?: boolean;
  /** Name of the rule that decides drafts without branches in the same way, where there is one. */
  readonly onChains?: string;
  /**
   * @param draft the draft with the distributions its tokens were drawn from, [nodes].
   * @param targetRows target distributions, [nodes + 1]: row 0 follows the committed tokens, row
   *   i + 1 follows node i. Of an exact rule those behind a node of probability 0 say nothing.
   */
  verify(draft: Draft, targetRows: readonly Distribution[], random: VerificationRandom): VerificationOutcome;
}
