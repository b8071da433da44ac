import { type CostCurve, costAt, UnsupportedError } from '@foretoken/core';
import { breakEvenAcceptance, type Profile } from '@foretoken/planner';
import { calibratePasses } from '../benchmark/calibrate.js';
import { loadModel } from '../engines/backends.js';
import { enginePrefixes } from '../planning/pipeline-from-options.js';
import type { Candidate } from './candidate.js';

const longestDraft = 15;

/**
 * t(n) of the target on an engine: its fastest measured configuration of a profile, else measured now in half a second.
 *
 * @throws UnsupportedError for a target that nothing can draft for; what `loadModel` throws.
 */
export async function targetPassCosts(
  target: { readonly name: string; readonly file: string },
  profile: Profile | undefined,
  backend: string,
  signal: AbortSignal,
): Promise<CostCurve> {
  const measured = (profile?.passCosts ?? [])
    .filter(
      ({ configuration: { model: name, engine } }) =>
        name === target.name && engine.startsWith(enginePrefixes[backend] as string),
    )
    .toSorted((left, right) => costAt(left, 1) - costAt(right, 1));
  if (measured[0] !== undefined) return measured[0];
  const model = await loadModel(backend, target.file, { signal });
  try {
    if (!model.capabilities.rollback) {
      throw new UnsupportedError(
        `Nothing can draft for ${target.name}: its recurrent state cannot be shortened to the accepted tokens. Decode without a drafter, or choose another model.`,
      );
    }
    return (await calibratePasses(model, undefined, {}, signal)).target;
  } finally {
    await model.close();
  }
}

/**
 * The acceptance from which a candidate pays. A pass is taken to cost what reading its weights costs, so a draft's token
 * has the share of the target's pass that its bytes are of the target's.
 */
export function paysFrom(
  { bytes, longest = longestDraft }: Candidate,
  targetBytes: number,
  costs: CostCurve,
): number | undefined {
  const passMilliseconds = (tokens: number): number => costAt(costs, tokens);
  const draftMilliseconds = (bytes / targetBytes) * passMilliseconds(1);
  return breakEvenAcceptance({ passMilliseconds, draftMilliseconds, longest });
}
