import {
  createFixedDraftLength,
  createModelDrafter,
  type Drafter,
  encodePrompt,
  generateText,
  type LanguageModel,
} from '@foretoken/core';
import { type Comparison, compareRuns } from './compare-runs.js';

/** Target and draft, each on an engine. */
interface EnginePair {
  readonly target: string;
  readonly draft: string;
}

export interface EngineComparison extends EnginePair {
  readonly comparison: Comparison;
  /** Prompts whose plain greedy text is the first pair's. */
  readonly sameText: number;
}

export interface CompareEnginesOptions {
  readonly pairs: readonly EnginePair[];
  readonly openTarget: (engine: string) => Promise<LanguageModel>;
  readonly openDraft: (engine: string) => Promise<LanguageModel>;
  readonly prompts: readonly string[];
  readonly draftLength: number;
  readonly rule: string;
  readonly maximumTokens: number;
  readonly seed: number;
  readonly signal: AbortSignal;
  readonly onPair?: ((done: number) => void) | undefined;
}

/** The same prompts greedily on every pair of engines, plain and with a fixed draft length. */
export async function compareEngines(options: CompareEnginesOptions): Promise<EngineComparison[]> {
  const { pairs, prompts, maximumTokens, signal } = options;
  const results: EngineComparison[] = [];
  let firstTexts: string[] | undefined;
  for (const [index, pair] of pairs.entries()) {
    const opened: { close(): Promise<void> }[] = [];
    try {
      const target = await options.openTarget(pair.target);
      opened.push(target);
      const draft = await options.openDraft(pair.draft);
      opened.push(draft);
      const drafter: Drafter = createModelDrafter({ model: draft, target });
      opened.push(drafter);
      const comparison = await compareRuns({
        target,
        drafter,
        prompts: prompts.map((prompt) => encodePrompt(target.tokenizer, prompt)),
        maximumTokens,
        signal,
        sampling: { temperature: 0 },
        rule: options.rule,
        seed: options.seed,
        repeats: 1,
        controller: createFixedDraftLength(options.draftLength),
      });
      const texts: string[] = [];
      for (const prompt of prompts) {
        const { text } = await generateText({
          target,
          prompt,
          maximumTokens,
          signal,
          sampling: { temperature: 0 },
          ignoreEndTokens: true,
        });
        texts.push(text);
      }
      firstTexts ??= texts;
      const sameText = texts.filter((text, at) => text === firstTexts?.[at]).length;
      results.push({ ...pair, comparison, sameText });
    } finally {
      for (const open of opened.toReversed()) await open.close();
    }
    options.onPair?.(index + 1);
  }
  return results;
}
