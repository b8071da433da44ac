import type { MeanInterval } from '@foretoken/stats';
import type { ComparedRow } from './compare-rows.js';
import type { MeanOverTexts } from './mean-over-texts.js';

/** How far two models are apart at one position of their texts: means over prompts, each with its own interval. */
export interface PositionDistances {
  /** 0 for the first token after the prompt. */
  readonly position: number;
  /** Texts that reach this position, at least 2. */
  readonly texts: number;
  /** Nats. */
  readonly kullbackLeibler: MeanInterval;
  readonly totalVariation: MeanInterval;
  /** Nats. */
  readonly jensenShannon: MeanInterval;
}

/**
 * Distances at every position that at least two texts reach; one text alone has no interval. Every interval holds for
 * its own position, not for all of them at once.
 */
export function positionDistances(
  texts: readonly (readonly ComparedRow[])[],
  meanOverTexts: MeanOverTexts,
): PositionDistances[] {
  const distances: PositionDistances[] = [];
  for (let position = 0; ; position++) {
    const rows = texts.flatMap((text) => {
      const row = text[position];
      return row === undefined ? [] : [[row]];
    });
    if (rows.length < 2) return distances;
    distances.push({
      position,
      texts: rows.length,
      kullbackLeibler: meanOverTexts(rows, ({ kullbackLeibler }) => kullbackLeibler),
      totalVariation: meanOverTexts(rows, ({ totalVariation }) => totalVariation),
      jensenShannon: meanOverTexts(rows, ({ jensenShannon }) => jensenShannon),
    });
  }
}
