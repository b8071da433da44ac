import type { Distribution } from '../../contract/distribution.js';
import type { VerificationRule } from '../../contract/verification-rule.js';

/** A rule that gives up the target's distribution, and can say what it emits instead. Its name begins with `lossy-`. */
export interface LossyRule extends VerificationRule {
  readonly name: `lossy-${string}`;
  readonly exact: false;
  /**
   * The law of the token that is emitted at a drafted position of a chain, given everything before it. Where nothing
   * was drafted (the token after a draft that was kept whole) the law is the target's.
   *
   * @param target the target's distribution at the position.
   * @param draft the distribution that the drafted token there was drawn from.
   * @returns a distribution that may be one of the two given, as long as they are valid.
   */
  emittedLaw(target: Distribution, draft: Distribution): Distribution;
}
