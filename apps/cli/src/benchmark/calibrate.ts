import {
  type CostCurve,
  type Drafter,
  type LanguageModel,
  measurePassCosts,
  measureRoundCosts,
  type SamplingSettings,
} from '@foretoken/core';

export interface PassCosts {
  readonly target: CostCurve;
  /** Undefined where no model drafts. */
  readonly draft: CostCurve | undefined;
}

const targetLengths = [1, 2, 3, 4, 5, 8, 16] as const;
const draftLengths = [1, 2, 4] as const;
/** Draft lengths; passes over one more have the steps of kernels that work on groups of rows. */
const roundLengths = [0, 1, 2, 3, 4, 5, 7, 11, 15] as const;
/** Milliseconds; what is under way is finished, so that a calibration stays under 5 s. */
const passBudget = 700;
const roundBudget = 1_500;

const clock = (): number => performance.now();

/** t(n) of both models. */
export async function calibratePasses(
  target: LanguageModel,
  draft: LanguageModel | undefined,
  sampling: SamplingSettings,
  signal?: AbortSignal,
): Promise<PassCosts> {
  const shared = { clock, sampling, signal, budget: passBudget };
  return {
    target: await measurePassCosts(target, { ...shared, lengths: targetLengths }),
    draft: draft && (await measurePassCosts(draft, { ...shared, lengths: draftLengths })),
  };
}

/**
 * Cost of a round by draft length. A draft model or head takes part; other drafters' own cost is far below a pass.
 */
export function calibrateRounds(
  target: LanguageModel,
  draft: LanguageModel | undefined,
  drafter: Drafter,
  sampling: SamplingSettings,
  signal?: AbortSignal,
): Promise<CostCurve> {
  return measureRoundCosts({
    target,
    drafter: draft !== undefined || drafter.needsHiddenStates === true ? drafter : undefined,
    lengths: roundLengths,
    clock,
    budget: roundBudget,
    sampling,
    signal,
  });
}
