import { draftsFromText } from '../pipeline/drafter-label.js';
import type { Pass } from './program.js';

/**
 * What to do where the drafters of the plan cannot be opened: the best other one that needs neither their models nor their
 * heads, then plain decoding, which always works. One that fails in use is followed by plain decoding at once.
 */
export const fallback: Pass = {
  name: 'fallback',
  run(program) {
    const drafters = program.drafters ?? [];
    const others = program.alternatives.filter(
      ({ candidate, table }) =>
        (candidate.tree !== undefined || table.lengths.some((length) => length > 0)) &&
        (draftsFromText(candidate.drafter) ||
          drafters.every((used) => used.candidate.draft?.model !== candidate.draft?.model)),
    );
    const chosen = drafters.length === 0 ? [] : others.slice(0, 1);
    const order = [...chosen.map(({ candidate }) => candidate.label), 'plain decoding'];
    return {
      program: { ...program, fallback: chosen },
      decisions: [
        drafters.length === 0
          ? 'plain decoding is the plan'
          : `where these cannot be opened: ${order.join(', then ')}; where one fails in use: plain decoding`,
      ],
    };
  },
};
