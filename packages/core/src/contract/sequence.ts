import type { LanguageModel } from './language-model.js';

/**
 * One token sequence with its own KV cache. The `do` prefix marks what the decode loop calls.
 *
 * Changes of state are ordered with the model's passes: they take effect for every forward that is
 * requested later, and wait for one that is running.
 */
export interface Sequence {
  readonly model: LanguageModel;
  /** Tokens whose keys and values are in the cache. */
  readonly length: number;
  /** Shortens the cache to `length` tokens, 0 to the current length, and drops a pending tree. */
  doRollback(length: number): void;
  /**
   * After a tree pass: keeps the nodes of one path (indices into that pass's tokens, from the root
   * down) and drops the others. `length` grows by `nodes.length`.
   */
  doCommitPath(nodes: readonly number[]): void;
  /** A second sequence with the same tokens; the cache is shared until they part. */
  doFork(): Sequence;
  close(): void;
}
