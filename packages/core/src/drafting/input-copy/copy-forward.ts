import type { EditAlignment } from './edit-alignment.js';
import type { Hypothesis } from './hypothesis.js';
import type { KnownChange } from './known-changes.js';

/**
 * What follows if the hypothesis holds: the rest of a change under way, then the source, with the known changes that
 * are repeated more often than not. At most `count` tokens.
 */
export function copyForward(
  { source, changes }: EditAlignment,
  { position, matched, underWay }: Hypothesis,
  count: number,
): number[] {
  const copy: number[] = [];
  let place = position;
  /** Whether the token before this place was copied, as insertions and deletions ask for. */
  let kept = matched > 0;
  if (underWay !== undefined) {
    copy.push(...underWay.known.target.slice(underWay.done));
    place += underWay.known.source.length;
  }
  while (copy.length < count && place < source.length) {
    const repeated = likeliest(
      changes.at(place).filter(({ left }) => left === undefined || kept),
      (change) => changes.repeatChance(change),
    );
    copy.push(...(repeated?.target ?? []));
    place += repeated?.source.length ?? 0;
    kept = repeated === undefined || repeated.source.length === 0;
    // After an insertion the token that it stands before is copied, whatever else is known there.
    if (kept && place < source.length) copy.push(source.tokens[place++] as number);
  }
  return copy.slice(0, count);
}

/** The change that is repeated with the highest chance, of at least one half; of equals the longest. */
function likeliest(
  changes: readonly KnownChange[],
  chanceOf: (change: KnownChange) => number,
): KnownChange | undefined {
  let best: KnownChange | undefined;
  let highest = 0.5;
  for (const change of changes) {
    const chance = chanceOf(change);
    const longer = best === undefined || change.source.length > best.source.length;
    if (chance > highest || (chance === highest && longer)) {
      best = change;
      highest = chance;
    }
  }
  return best;
}
