import type { Drafter, LanguageModel, SamplingSettings, VerificationRule } from '@foretoken/core';

/** What is audited: everything that decides which tokens come out of the decode loop. */
export interface AuditSubject {
  /** What reports call it: `block, draft-model, llamacpp`. */
  readonly name: string;
  readonly rule: VerificationRule;
  readonly target: LanguageModel;
  /** A fresh drafter; the audit closes it. */
  readonly createDrafter: () => Drafter | Promise<Drafter>;
  readonly sampling: SamplingSettings;
  /** Tokens to draft a round, 1 or more. */
  readonly draftLength: number;
}
