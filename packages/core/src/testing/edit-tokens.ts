import { createRequestRandom } from '../random/request-random.js';

export interface TokenEdits {
  readonly seed: number;
  /** Chance that a token is changed, each by itself. */
  readonly rate: number;
  /** Shares of the kinds of changes, by weight. */
  readonly substitutions: number;
  readonly insertions: number;
  readonly deletions: number;
  /** New tokens are ids below this, each as likely. */
  readonly vocabularySize: number;
}

/** A text with independent changes of single tokens: replaced by another, with one inserted before it, or deleted. */
export function editTokens(source: readonly number[], edits: TokenEdits): number[] {
  const { rate, substitutions, insertions, deletions, vocabularySize } = edits;
  const random = createRequestRandom({ seed: edits.seed });
  return source.flatMap((token, place) => {
    const uniform = (index: number): number => random.round(place).uniform('sample', 0, 0, index);
    if (uniform(0) >= rate) return [token];
    const kind = uniform(1) * (substitutions + insertions + deletions);
    if (kind < deletions) return [];
    const other = Math.floor(uniform(2) * (vocabularySize - 1));
    const inserted = other < token ? other : other + 1;
    return kind < deletions + insertions ? [inserted, token] : [inserted];
  });
}
