import type { Suggestion } from './suggest.js';

/**
 * The command that measures what may pay: prompt lookup, and the best of what drafts with weights that are there, those of the
 * target's vocabulary first.
 *
 * @param suggestions the best first.
 * @returns undefined where nothing may pay.
 */
export function profileCommandFor(
  model: string,
  backend: string,
  suggestions: readonly Suggestion[],
): string | undefined {
  const hopeful = suggestions.filter(({ verdict }) => verdict !== 'no' && verdict !== 'unlikely');
  const ready = hopeful.filter(({ kind }) => kind !== 'text' && kind !== 'own copy');
  const best = ready.find(({ foreignDraft }) => foreignDraft === undefined) ?? ready[0];
  const drafts = [...hopeful.filter(({ draft }) => draft === 'prompt-lookup'), ...(best ? [best] : [])];
  if (drafts.length === 0) return undefined;
  const named = drafts.map(({ draft }) => draft).join('+');
  return [
    `foretoken profile --output profile.json --model ${quoted(model)} --backend ${backend} --draft ${quoted(named)}`,
    ...(best?.foreignDraft === undefined ? [] : [`--foreign-draft ${best.foreignDraft}`]),
  ].join(' ');
}

function quoted(word: string): string {
  return /\s/.test(word) ? JSON.stringify(word) : word;
}
