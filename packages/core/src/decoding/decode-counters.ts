/** Counts of one generation; times in milliseconds, undefined where the loop has no clock. */
export interface DecodeCounters {
  readonly promptCount: number;
  /** Tokens of the prompt that the sequence held already, and that were not read again. */
  readonly keptCount: number;
  readonly committedCount: number;
  /** Target passes after the prompt. */
  readonly roundCount: number;
  readonly draftedCount: number;
  readonly acceptedCount: number;
  /** Rounds whose draft had a token at depth i, by i. */
  readonly draftedByPosition: readonly number[];
  /** Rounds that accepted the token at depth i, by i. */
  readonly acceptedByPosition: readonly number[];
  /** Accepted / drafted, 0 to 1; NaN where nothing was drafted. */
  readonly acceptanceRate: number;
  /** Committed tokens per target pass; NaN before the first. */
  readonly blockEfficiency: number;
  /** Characters (code points) of the text so far: comparable across tokenizers, as tokens are not. */
  readonly characterCount: number;
  /** Characters per target pass; NaN before the first. */
  readonly charactersPerPass: number;
  /** Name of the drafter that failed and was dropped, if one did. */
  readonly failedDrafter: string | undefined;
  readonly promptMilliseconds: number | undefined;
  readonly draftMilliseconds: number | undefined;
  readonly passMilliseconds: number | undefined;
  /** From the end of the prompt to the end of the generation. */
  readonly decodeMilliseconds: number | undefined;
}
