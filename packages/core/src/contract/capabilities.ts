/** What a loaded model can do. */
export interface Capabilities {
  /** Most leaves of a tree pass; 1 means chains only. */
  readonly maximumLeaves: number;
  /** Most sequences alive at once. */
  readonly maximumSequences: number;
  /** Most tokens of one pass that is not a prompt: drafts may not be longer than this less one. */
  readonly maximumPassTokens: number;
  /** Width of the hidden states after the final norm, or undefined where there are none. */
  readonly hiddenStateWidth: number | undefined;
  /** False where the cache cannot be shortened by position (recurrent models): no rollback, no trees. */
  readonly rollback: boolean;
  /** `Q8_0`, `F16`, ... as the engine names it. */
  readonly weightFormat: string;
  /** `cpu`, `cuda`, ... */
  readonly device: string;
  /** Name and version of the engine's library. */
  readonly engine: string;
}
