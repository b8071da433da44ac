import type { Suggestion } from './suggest.js';

/**
 * The command that measures what may pay: prompt lookup, and the best of what drafts with weights that are there, those without
 * further options first.
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
  const best = ready.find(({ options }) => options.length === 0) ?? ready[0];
  const drafts = [...hopeful.filter(({ draft }) => draft === 'prompt-lookup'), ...(best ? [best] : [])];
  if (drafts.length === 0) return undefined;
  const words = [
    ...['foretoken', 'profile', '--output', 'profile.json', '--model', model, '--backend', backend],
    ...['--draft', drafts.map(({ draft }) => draft).join('+')],
  ];
  const quoted = words.map((word) => (/\s/.test(word) ? JSON.stringify(word) : word));
  return [...quoted, ...(best?.options ?? [])].join(' ');
}
