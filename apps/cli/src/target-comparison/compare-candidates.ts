import { compareTargets, type TargetComparison } from '@foretoken/audit';
import { encodePrompt } from '@foretoken/core';
import type { EngineSelection } from '../engines/backends.js';
import { openTarget, type TargetSpec } from '../options/target-spec.js';
import { withProgress } from '../output/progress.js';
import { encodePrompts, type Prompt } from '../prompts/prompt.js';
import { greedyDifferenceLines } from './greedy-difference-lines.js';

export interface CandidateComparisons {
  readonly reference: TargetSpec;
  readonly candidates: readonly TargetSpec[];
  readonly prompts: readonly Prompt[];
  /** A text whose perplexity is compared too; undefined: what the reference writes. */
  readonly text: string | undefined;
  readonly maximumTokens: number;
  readonly margin: number;
  readonly confidence: number;
  readonly seed: number;
  readonly engine: EngineSelection;
  readonly signal: AbortSignal;
}

/** What was compared, as the user wrote it, with its result. */
export interface NamedComparison {
  readonly candidate: string;
  readonly comparison: TargetComparison;
}

/** Compares every candidate with the reference, one after the other; no more than two models are open at once. */
export async function compareCandidates(
  asked: CandidateComparisons,
): Promise<{ readonly compared: readonly NamedComparison[]; readonly differences: readonly string[] }> {
  const { maximumTokens, margin, confidence, seed, engine, signal } = asked;
  const reference = await openTarget(asked.reference, engine);
  const compared: NamedComparison[] = [];
  try {
    const prompts = encodePrompts(reference.tokenizer, asked.prompts);
    const text = asked.text === undefined ? undefined : encodePrompt(reference.tokenizer, asked.text);
    for (const spec of asked.candidates) {
      const candidate = await openTarget(spec, engine);
      try {
        const comparison = await withProgress(spec.text, prompts.length, (onPrompt) =>
          compareTargets({
            reference,
            candidate,
            prompts,
            text,
            maximumTokens,
            margin,
            confidence,
            seed,
            clock: () => performance.now(),
            signal,
            onPrompt,
          }),
        );
        compared.push({ candidate: spec.text, comparison });
      } finally {
        await candidate.close();
      }
    }
    const differences = compared.flatMap((entry) => greedyDifferenceLines(entry, reference));
    return { compared, differences };
  } finally {
    await reference.close();
  }
}
