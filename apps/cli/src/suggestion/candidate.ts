import type { ForeignDraft } from '../options/foreign-draft.js';

/** Something that could draft for a target. */
export interface Candidate {
  /** As `--draft` takes it. */
  readonly draft: string;
  /** What plans call it; default: `draft`. */
  readonly label?: string | undefined;
  readonly kind: 'text' | 'head' | 'model' | 'own layers' | 'own copy';
  /** Bytes of weights that a drafted token reads; 0 where no model drafts. */
  readonly bytes: number;
  /** How it drafts in another vocabulary (`--foreign-draft`); default: it has the target's. */
  readonly foreignDraft?: ForeignDraft | undefined;
  /** When it is right, what it needs first, or how far its vocabulary is from the target's. */
  readonly note: string;
  /** Tokens of a draft at most, where the drafter has a limit. */
  readonly longest?: number | undefined;
}
