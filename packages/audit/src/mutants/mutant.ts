import type { VerificationRule } from '@foretoken/core';
import type { LoopFaults } from '../enumeration/enumerate-loop.js';
import type { AuditSubject } from '../subject/audit-subject.js';

/** A fault that shipped systems have had, put into a sound setup: what an audit must find. */
export interface Mutant {
  readonly name: string;
  /** What is wrong, and where it was seen. */
  readonly description: string;
  /** The rule of the sound setup that the fault is put into. */
  readonly rule: VerificationRule;
  /** The setup with the fault. */
  readonly inject: (sound: AuditSubject) => AuditSubject;
  /** The fault as the enumeration of the loop knows it, with the rule that then decides. */
  readonly enumerated: LoopFaults & { readonly rule: VerificationRule };
}
