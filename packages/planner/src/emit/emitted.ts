/** A plan in the words of another engine. */
export interface Emitted {
  /** Flags or JSON, ready to be used. */
  readonly text: string;
  /** What of the plan has no words there, a line each. */
  readonly inexpressible: readonly string[];
}
