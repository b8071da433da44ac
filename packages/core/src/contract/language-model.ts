import type { Capabilities } from './capabilities.js';
import type { ForwardOptions, ForwardRequest, ForwardResult } from './forward.js';
import type { MemoryUse } from './memory-use.js';
import type { Sequence } from './sequence.js';
import type { Tokenizer } from './tokenizer.js';

/** A loaded model. */
export interface LanguageModel {
  /** What a person calls it: the file's name, say. */
  readonly name: string;
  readonly tokenizer: Tokenizer;
  readonly vocabularySize: number;
  /** Most tokens a sequence may hold. */
  readonly contextLength: number;
  readonly capabilities: Capabilities;
  /** An empty sequence. Throws SequenceLimitError where no more fit. */
  createSequence(): Sequence;
  /**
   * One pass over new tokens of one or several sequences; results in the order of the requests.
   * Never blocks the event loop. Passes queue in the order of the calls.
   */
  forward(requests: readonly ForwardRequest[], options?: ForwardOptions): Promise<readonly ForwardResult[]>;
  /** Bytes in use now. */
  memory(): MemoryUse;
  /** Waits for running passes, then frees everything. Safe to call twice. */
  close(): Promise<void>;
}
