import type { EngineAudit } from '../engine/audit-on-engine.js';
import type { PlaceLaw } from '../engine/place-watch.js';
import type { GreedyComparison } from '../numerics/compare-greedy-texts.js';
import type { PassDistance } from '../numerics/measure-numerics.js';

/** Layers 2 and 3 of one engine. */
export interface EngineReport {
  readonly name: string;
  /** Name and version of the engine's library. */
  readonly engine: string;
  readonly target: string;
  readonly weightFormat: string;
  readonly draft: string | undefined;
  readonly audits: readonly EngineAudit[];
  /** The places of all draws of a mode, whatever the subject: what the verdict bounds. */
  readonly reusedPlaces: readonly PlaceLaw[];
  readonly ownPlaces: readonly PlaceLaw[];
  readonly passDistances: readonly PassDistance[];
  readonly greedy: readonly GreedyComparison[];
  /** Errors outside a subject's draws. */
  readonly errors: readonly string[];
}
