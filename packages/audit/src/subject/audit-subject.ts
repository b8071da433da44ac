import type { Drafter, DrafterModels, SamplingSettings, VerificationRule } from '@foretoken/core';

/** The models that a subject decodes with; the caller closes them. */
export type SubjectModels = DrafterModels;

/** What is audited: everything that decides which tokens come out of the decode loop. */
export interface AuditSubject {
  /** What reports call it: `block, draft-model, llamacpp`. */
  readonly name: string;
  readonly rule: VerificationRule;
  readonly models: SubjectModels;
  /** A fresh drafter on the models, or on stand-ins for them that give the same rows; the audit closes it. */
  readonly createDrafter: (models: SubjectModels) => Drafter | Promise<Drafter>;
  readonly sampling: SamplingSettings;
  /** Tokens to draft a round, 1 or more. */
  readonly draftLength: number;
}
