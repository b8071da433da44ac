import {
  createFixedDraftLength,
  type Drafter,
  generateText,
  type LanguageModel,
  type SamplingSettings,
} from '@foretoken/core';

/**
 * Conditional acceptance by position, from short generations with a fixed draft length: of the rounds that
 * kept all tokens before a position, the share that kept the one there; up to the last position that was reached.
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
  const acceptance: number[] = [];
  // A position that no round reached says nothing.
  for (let position = 0; position < length && (kept[position] as number) > 0; position++) {
    acceptance.push((kept[position + 1] as number) / (kept[position] as number));
  }
  return acceptance.length > 0 ? acceptance : [0];
}
