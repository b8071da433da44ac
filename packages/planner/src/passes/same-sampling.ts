import { isDeepStrictEqual } from 'node:util';
import type { Pipeline } from '../pipeline/pipeline-schema.js';

/** Whether sampling settings of a profile and a pipeline mean the same. */
export function sameSampling(
  measured: Readonly<Record<string, number>>,
  asked: Pipeline['sampling'] = {},
): boolean {
  return isDeepStrictEqual(meaning(measured), meaning(asked));
}

/** Settings without those that do nothing. */
function meaning(settings: Readonly<Record<string, number | undefined>>): Record<string, number> {
  const { temperature = 1, topK = 0, topP = 1, minP = 0, ...others } = settings;
  // Greedy decoding looks at the most probable token alone.
  if (temperature === 0) return { temperature };
  const known = { temperature, topK, topP, minP };
  const given = Object.entries(others).filter(([, value]) => value !== undefined);
  return { ...known, ...(Object.fromEntries(given) as Record<string, number>) };
}
