import type { AllowedTokens, DrafterFactory, SamplingSettings, VerificationRule } from '@foretoken/core';
import type { AuditSubject, SubjectModels } from '../subject/audit-subject.js';
import type { AuditProgress } from './time-slices.js';

/** An engine with its models loaded. */
export interface AuditEngine {
  /** `llamacpp`, `onnx`, ... */
  readonly name: string;
  /**
   * The models; at least 4 sequences at once: one that reads rows, a prefix and its fork, and one to spare. With 24,
   * eight decode loops draw side by side and share passes.
   */
  readonly models: SubjectModels;
  /**
   * The grammar of the outputs, compiled for the target's vocabulary; default: anything may be written. With it, prefixes
   * have one length, and the tables' outputs are under a mask as well.
   */
  readonly grammar?: AuditGrammar | undefined;
}

/** Of `@foretoken/grammar`, or anything else that makes masks. */
export interface AuditGrammar {
  /** The mask of outputs after prompts of so many tokens: what is allowed depends on the output alone. */
  allowedTokens(promptLength: number): AllowedTokens;
}

export interface AuditOptions {
  readonly rules: readonly VerificationRule[];
  readonly drafters: readonly DrafterFactory[];
  /** None: the algorithm alone is audited. */
  readonly engines: readonly AuditEngine[];
  /** Texts to cut prefixes from, a few dozen tokens each. */
  readonly texts: readonly string[];
  /** Default: temperature 0.8. Greedy text has no distribution: it is compared in layer 3 whatever this says. */
  readonly sampling?: SamplingSettings | undefined;
  /** Chance of a false "not lossless", over all tests together; default 1e-6. */
  readonly alpha?: number | undefined;
  /** Total variation within which laws count as equivalent, above 0 and below 1; default 0.1. */
  readonly margin?: number | undefined;
  /** Chance that all bounds hold together; default 0.95. */
  readonly confidence?: number | undefined;
  /** Seconds for the whole audit, above 0; default 90. A step that runs out of its share is judged by what it has. */
  readonly budget?: number | undefined;
  /** Whole number; default 0. */
  readonly seed?: number | undefined;
  /** True audits every combination of rule, drafter and engine; default false: every pair at least once. */
  readonly full?: boolean | undefined;
  /** Done to every subject before it is drawn from: a mutant, to see that its fault is found. Default: nothing. */
  readonly inject?: ((subject: AuditSubject) => AuditSubject) | undefined;
  /** Aborting ends the audit with the verdict so far. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: AuditProgress) => void) | undefined;
}

/** Options, complete and checked. */
export interface AuditSettings {
  readonly sampling: SamplingSettings;
  readonly alpha: number;
  readonly margin: number;
  readonly confidence: number;
  readonly budget: number;
  readonly seed: number;
  readonly full: boolean;
}
