import type { LogitsTransform } from '../sampling/logits-transform.js';
import type { Sequence } from './sequence.js';
import type { VerificationRule } from './verification-rule.js';

/** Target sequence + sampling settings + rule: everything that decides what is kept. */
export interface Verifier {
  readonly sequence: Sequence;
  readonly transform: LogitsTransform;
  readonly rule: VerificationRule;
}
