import type { ForwardOptions, ForwardResult } from './forward.js';
import type { MemoryUse } from './memory-use.js';

/**
 * A head that predicts tokens from the target's hidden states, on any engine.
 *
 * Let `x[t]` be the token and `h[t]` the target's hidden state at position t, after its final norm. Once `h[t]` is
 * known, so is `x[t + 1]`. Step j = 0, 1, ... of the head takes the token `x[t + 1 + j]`, drafted for j > 0, with the
 * feature `f_j`, where `f_0 = h[t]`, and gives logits for `x[t + 2 + j]` and the feature of the next step.
 */
export interface HeadModel {
  readonly name: string;
  /** Width of the target's hidden states, which are the first step's features. */
  readonly hiddenStateWidth: number;
  readonly vocabularySize: number;
  /** Positions that it can tell apart; Infinity where it tells none apart. */
  readonly contextLength: number;
  /** Most steps from one hidden state; Infinity where only the context ends them. */
  readonly maximumSteps: number;
  /** Most entries of one pass. */
  readonly maximumPassEntries: number;
  /**
   * True where a step attends to the entries before it: then the head is to be given the hidden states of all
   * committed tokens. False where it sees nothing but its own input.
   */
  readonly attends: boolean;
  /** What the head keeps of one text; empty at first. */
  createSequence(): HeadSequence;
  /** Bytes in use now; weights that it has in common with the target are its own again. */
  memory(): MemoryUse;
  /** Waits for a running pass, then frees everything. Safe to call twice. */
  close(): Promise<void>;
}

/** What a pass of a head reads. */
export interface HeadRequest {
  /** `x[t + 1 + j]` of every entry, [1 to `maximumPassEntries`]. */
  readonly tokens: readonly number[];
  /** `f_j` of every entry, [entries][width]. */
  readonly features: readonly Float32Array[];
  /** Whether the features are hidden states of the target (j = 0), or the head's own, of an earlier pass. */
  readonly featuresOf: 'target' | 'head';
  /** `t + j` of every entry, ascending, in a tree along its paths, below `contextLength`; there may be gaps. */
  readonly positions: readonly number[];
  /**
   * The index of every entry's parent, before it, or -1 for the end of the sequence: the entries are then a tree behind
   * at least one entry, each sees the sequence, its ancestors and itself, and none is kept. Default: a chain, kept.
   */
  readonly parents?: readonly number[] | undefined;
  /** Entries whose logits and next features are wanted. */
  readonly rows: 'last' | 'none' | 'all';
}

/** The entries that a head attends to, each from one token and one feature. */
export interface HeadSequence {
  /** Entries so far; always 0 where the head does not attend. */
  readonly length: number;
  /**
   * Reads entries that follow each other behind those of the sequence, and keeps them. Never blocks the event loop.
   * Logits and features (`hiddenStates` of the result) are of the wanted entries, valid until the next pass of the same
   * head starts. A pass that fails or is cancelled keeps nothing.
   */
  forward(request: HeadRequest, options?: Pick<ForwardOptions, 'signal'>): Promise<ForwardResult>;
  /** Keeps the first entries, 0 to `length`. */
  doRollback(length: number): void;
  close(): void;
}
