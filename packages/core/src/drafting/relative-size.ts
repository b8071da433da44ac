import type { LanguageModel } from '../contract/language-model.js';

/** Bytes of a draft model's weights over the target's; undefined where an engine does not know them. */
export function relativeSize(draft: LanguageModel, target: LanguageModel): number | undefined {
  const [own, others] = [draft, target].map((model) => model.memory().weights) as [number, number];
  return own > 0 && others > 0 ? own / others : undefined;
}
