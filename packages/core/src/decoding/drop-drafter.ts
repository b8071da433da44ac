import type { Drafter } from '../contract/drafter.js';
import { InvalidDraftError } from '../errors/invalid-draft-error.js';
import type { GenerationState } from './generation-state.js';

/** The rest of the generation goes on without a drafter that threw; a broken contract or a cancellation ends it. */
export function dropDrafter(state: GenerationState, drafter: Drafter, error: unknown): void {
  if (error instanceof InvalidDraftError || isAbort(error, state.signal)) throw error;
  state.drafter = undefined;
  state.hiddenStates = undefined;
  state.failure = { drafter: drafter.name, error };
  state.recorder.drafterFailed(drafter.name);
}

/** True where the error is what the signal's abort caused, not a failure that happened meanwhile. */
export function isAbort(error: unknown, signal: AbortSignal | undefined): boolean {
  if (signal?.aborted !== true) return false;
  return error === signal.reason || (error instanceof Error && error.name === 'AbortError');
}
