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
const treeTargetLengths = [1, 2, 3, 4, 5, 8, 12, 16, 25] as const;
const treeDraftLengths = [1, 2, 4, 8, 16] as const;
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

/** t(n) of both models for the passes of trees, in which a draft model too reads many tokens. */
export async function calibrateTreePasses(
  target: LanguageModel,
  draft: LanguageModel,
  signal?: AbortSignal,
): Promise<{ targetCosts: CostCurve; draftCosts: CostCurve }> {
  const shared = { clock, signal, budget: passBudget };
  return {
    targetCosts: await measurePassCosts(target, { ...shared, lengths: treeTargetLengths }),
    draftCosts: await measurePassCosts(draft, { ...shared, lengths: treeDraftLengths }),
  };
}

/**
 * Cost of a round by draft length. A draft model takes part; other drafters' own cost is far below a pass.
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
    drafter: draft && drafter,
    lengths: roundLengths,
    clock,
    budget: roundBudget,
    sampling,
    signal,
  });
}
