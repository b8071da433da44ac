import type { ChangeRun } from './change-run.js';
import type { KnownChange } from './known-changes.js';

/** One way in which the output so far may follow the source. */
export interface Hypothesis {
  /** The source token to copy next; with a change under way, where that change begins. */
  readonly position: number;
  /** Negative log-likelihood up to a constant, in nats. */
  readonly cost: number;
  /** The last run in which output and source differ. */
  readonly change: ChangeRun | undefined;
  /** How many tokens were copied since. */
  readonly matched: number;
  /** A known change of which the output has the first `done` tokens. */
  readonly underWay: { readonly known: KnownChange; readonly done: number } | undefined;
}
