import {
  createFixedDraftLength,
  type Drafter,
  generateText,
  type LanguageModel,
  type SamplingSettings,
} from '@foretoken/core';

/**
 * Conditional acceptance by position, from short generations with a fixed draft length: of the rounds that
 * kept all tokens before a position, the share that kept the one there.
 */
export async function measureAcceptance(options: {
  readonly target: LanguageModel;
  readonly drafter: Drafter;
  readonly prompts: readonly string[];
  readonly sampling: SamplingSettings;
  readonly rule: string;
  readonly length: number;
  readonly maximumTokens: number;
  readonly signal?: AbortSignal | undefined;
}): Promise<number[]> {
  const { prompts, length, ...rest } = options;
  const kept = new Array<number>(length + 1).fill(0);
  for (const prompt of prompts) {
    const { counters } = await generateText({
      ...rest,
      prompt,
      ignoreEndTokens: true,
      draftLength: createFixedDraftLength(length),
    });
    // Rounds near the end are shorter: only those that drafted a position count for it.
    kept[0] = (kept[0] as number) + (counters.draftedByPosition[0] ?? 0);
    for (let position = 0; position < length; position++) {
      kept[position + 1] = (kept[position + 1] as number) + (counters.acceptedByPosition[position] ?? 0);
    }
  }
  return Array.from({ length }, (_, position) =>
    (kept[position] as number) > 0 ? (kept[position + 1] as number) / (kept[position] as number) : 0,
  );
}

/** Of the tokens that were reached at any position, the share that was kept; 0 to 1. */
export function pooledAcceptance(byPosition: readonly number[]): number {
  let [survival, reached, kept] = [1, 0, 0];
  for (const acceptance of byPosition) {
    reached += survival;
    survival *= acceptance;
    kept += survival;
  }
  return reached === 0 ? 0 : kept / reached;
}
