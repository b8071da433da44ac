import type { AcceptanceEntry } from '@foretoken/planner';

/** A profile's entry as if every token had been accepted with this share, 0 to 1, given that those before it were. */
export function countedAcceptance(entry: AcceptanceEntry, share: number): AcceptanceEntry {
  const counts = [0, 1, 2].map((position) => {
    const reached = Math.round(1000 * share ** position);
    return { reached, accepted: Math.round(1000 * share ** (position + 1)) };
  });
  const reached = counts.reduce((sum, count) => sum + count.reached, 0);
  const accepted = counts.reduce((sum, count) => sum + count.accepted, 0);
  return {
    ...entry,
    positions: counts.map((count) => [{ from: 0, to: 1, ...count }]),
    histories: [{ outcomes: '', bins: [{ from: 0, to: 1, reached, accepted }] }],
    // Those that were counted are of other tokens.
    shorter: [],
    contexts: undefined,
    promptReading: undefined,
  };
}
