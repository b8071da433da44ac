import type { Plan } from '../plan/plan-schema.js';

/** Last tokens that prompt lookup looks for, as `createPromptLookupDrafter` does by default. */
export function matchLengths({ sampling }: Plan): { readonly shortest: number; readonly longest: number } {
  return { shortest: sampling.temperature === 0 ? 4 : 8, longest: 16 };
}
