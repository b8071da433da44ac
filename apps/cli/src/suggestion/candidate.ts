/** Something that could draft for a target. */
export interface Candidate {
  /** As `--draft` takes it. */
  readonly draft: string;
  /** What plans call it; default: the last part of `draft`. */
  readonly label?: string | undefined;
  readonly kind: 'text' | 'head' | 'model' | 'own layers' | 'own copy';
  /** Bytes of weights that a drafted token reads; 0 where no model drafts. */
  readonly bytes: number;
  /** Further options that it needs, as on a command line. */
  readonly options: readonly string[];
  /** When it is right, what it needs first, or how far its vocabulary is from the target's. */
  readonly note: string;
  /** Tokens of a draft at most, where the drafter has a limit. */
  readonly longest?: number | undefined;
}
