import type { LogitsHandle } from './logits-handle.js';
import type { Sequence } from './sequence.js';

/** New tokens for one sequence in one pass. */
export interface ForwardRequest {
  readonly sequence: Sequence;
  /** New token ids, [1 or more]. */
  readonly tokens: readonly number[];
  /**
   * Where given, the tokens form a tree: `parents[i]` is the index of token i's parent in `tokens`,
   * before i, or -1 for the end of the sequence. The sequence's length does not change until
   * `doCommitPath` (or `doRollback`). Without it they form a chain and the length grows at once.
   */
  readonly parents?: readonly number[];
  /** Which tokens' logits are wanted: indices into `tokens`, ascending. */
  readonly rows: 'all' | 'last' | 'none' | readonly number[];
  /** Hidden states of the wanted rows too, after the final norm. */
  readonly hiddenStates?: boolean;
}

export interface ForwardResult {
  readonly logits: LogitsHandle;
  /** Hidden states of the wanted rows, [rows][width]; valid as long as the logits. */
  readonly hiddenStates: readonly Float32Array[] | undefined;
}

export interface ForwardOptions {
  /**
   * Aborting rejects the call with an AbortError: at once where the pass still waits in the queue,
   * otherwise at the next point where the engine can stop (between chunks of a long prompt). The
   * sequences of an aborted call keep the length they had before it.
   */
  readonly signal?: AbortSignal | undefined;
  /** Called between the chunks of a long prompt with the tokens done and the tokens in all. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}
