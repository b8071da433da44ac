/** What is the same for every system that is compared. */
export const conditions = {
  threads: 2,
  /** Of every context, in tokens. */
  contextLength: 4096,
  /** Most tokens of an answer; it ends earlier at an end token. */
  tokenCount: 192,
} as const;
