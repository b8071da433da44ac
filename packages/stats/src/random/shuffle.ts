import { drawIndex, type RandomSource } from './random-source.js';

/** Puts the values into a random order, every order being equally likely (Fisher & Yates). O(n). */
export function shuffle(values: Int32Array, random: RandomSource): void {
  for (let index = values.length - 1; index > 0; index--) {
    const other = drawIndex(random, index + 1);
    const moved = values[index] as number;
    values[index] = values[other] as number;
    values[other] = moved;
  }
}
