import type { DrafterFactory, SamplingSettings, VerificationRule } from '@foretoken/core';
import type { AuditSubject, SubjectModels } from './audit-subject.js';

export interface SubjectParts {
  readonly rule: VerificationRule;
  readonly drafter: DrafterFactory;
  readonly models: SubjectModels;
  /** What reports call the engine, or the table. */
  readonly engine: string;
  readonly sampling: SamplingSettings;
  /** Default 2: with three audited tokens, every length up to it occurs. */
  readonly draftLength?: number | undefined;
}

/** A subject of a rule and a drafter that core lists. */
export function createSubject(parts: SubjectParts): AuditSubject {
  const { rule, drafter, models, engine, sampling, draftLength = 2 } = parts;
  return {
    name: `${rule.name}, ${drafter.name}, ${engine}`,
    rule,
    models,
    sampling,
    draftLength,
    createDrafter: (given) => drafter.create(given),
  };
}
