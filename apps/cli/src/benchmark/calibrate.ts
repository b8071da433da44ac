import {
  type CostCurve,
  type Drafter,
  encodePrompt,
  type LanguageModel,
  measurePassCosts,
  measureRoundCosts,
  type SamplingSettings,
} from '@foretoken/core';
import { draftsByPasses } from '../options/draft-length.js';
import { summarize } from './summary.js';

export interface PassCosts {
  readonly target: CostCurve;
  /** Undefined where no model drafts. */
  readonly draft: CostCurve | undefined;
}

const targetLengths = [1, 2, 3, 4, 5, 8, 16] as const;
const draftLengths = [1, 2, 4] as const;
const treeTargetLengths = [1, 2, 3, 4, 5, 8, 12, 16, 25] as const;
const treeDraftLengths = [1, 2, 4, 8, 16] as const;
/** Draft lengths: one less than the groups of rows that kernels work on. Few, so that each is measured often. */
const roundLengths = [0, 1, 3, 7, 11, 15] as const;
/** Milliseconds; what is under way is finished, and the demo calibrates twice of each: under 5 s in all. */
const passBudget = 500;
const roundBudget = 1_200;

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

/** Cost of a round by draft length. What drafts by passes takes part; other drafters' own cost is far below a pass. */
export function calibrateRounds(options: {
  readonly target: LanguageModel;
  readonly draft: LanguageModel | undefined;
  readonly drafter: Drafter;
  readonly sampling: SamplingSettings;
  /** The prompts to come; what counts is how long they typically are. Default: not known. */
  readonly prompts?: readonly string[] | undefined;
  readonly signal: AbortSignal | undefined;
}): Promise<CostCurve> {
  const { target, draft, drafter, prompts, sampling, signal } = options;
  const lengths = prompts?.map((prompt) => encodePrompt(target.tokenizer, prompt).length);
  return measureRoundCosts({
    target,
    drafter: draftsByPasses(drafter, draft) ? drafter : undefined,
    lengths: roundLengths,
    promptLength: lengths && Math.round(summarize(lengths).median),
    clock,
    budget: roundBudget,
    sampling,
    signal,
  });
}
