import {
  type LanguageModel,
  measurePassCosts,
  type PassCostCurve,
  type SamplingSettings,
} from '@foretoken/core';

/** Measured pass costs of a target and, where a model drafts, of the draft. */
export interface Calibration {
  readonly targetCosts: PassCostCurve;
  readonly draftCosts: PassCostCurve | undefined;
}

const targetLengths = [1, 2, 3, 4, 5, 6, 7, 8, 12, 16] as const;
const draftLengths = [1, 2, 4] as const;
/** Milliseconds; warming up and the last repetition come on top, so that all stays under 5 s. */
const targetBudget = 1_500;
const draftBudget = 500;

/** Measures t(n) of both models in a few seconds. */
export async function calibrate(
  target: LanguageModel,
  draft: LanguageModel | undefined,
  sampling: SamplingSettings,
  signal?: AbortSignal,
): Promise<Calibration> {
  const clock = (): number => performance.now();
  const shared = { clock, sampling, signal };
  return {
    targetCosts: await measurePassCosts(target, { ...shared, lengths: targetLengths, budget: targetBudget }),
    draftCosts:
      draft && (await measurePassCosts(draft, { ...shared, lengths: draftLengths, budget: draftBudget })),
  };
}
