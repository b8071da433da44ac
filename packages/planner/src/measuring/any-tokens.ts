/** Tokens to measure with, [count]: a dense model's pass costs the same for all. */
export function anyTokens(count: number, vocabularySize: number): number[] {
  return Array.from({ length: count }, (_, index) => (index * 7) % vocabularySize);
}
