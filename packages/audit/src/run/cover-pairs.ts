/**
 * Combinations, one value of each factor, in which every pair of values of two factors occurs (pairwise covering,
 * greedily: always the combination with the most new pairs). With `allowed`, pairs that no allowed combination has are
 * left out. O(combinations^2 x factors^2): for products of a few hundred.
 *
 * @param sizes number of values of each factor, at least 1.
 * @param covered two factors whose pairs occur elsewhere and need not occur here.
 * @returns indices of the values, [factors] each.
 */
export function coverPairs(
  sizes: readonly number[],
  allowed: (combination: readonly number[]) => boolean = () => true,
  covered?: readonly [number, number],
): number[][] {
  const combinations = allCombinations(sizes).filter(allowed);
  const pairsOf = (combination: readonly number[]): string[] => pairs(combination, covered);
  const open = new Set(combinations.flatMap(pairsOf));
  const chosen: number[][] = [];
  while (open.size > 0) {
    const gain = (combination: readonly number[]): number =>
      pairsOf(combination).filter((pair) => open.has(pair)).length;
    const best = combinations.reduce((left, right) => (gain(right) > gain(left) ? right : left));
    for (const pair of pairsOf(best)) open.delete(pair);
    chosen.push(best);
  }
  return chosen;
}

/** The whole product, in lexicographic order. */
export function allCombinations(sizes: readonly number[]): number[][] {
  return sizes.reduce<number[][]>(
    (beginnings, size) =>
      beginnings.flatMap((beginning) => Array.from({ length: size }, (_, value) => [...beginning, value])),
    [[]],
  );
}

/** One factor alone has pairs with nothing: each of its values must still occur. */
function pairs(combination: readonly number[], covered: readonly [number, number] | undefined): string[] {
  if (combination.length === 1) return [`0:${combination[0]}`];
  const found: string[] = [];
  for (let left = 0; left < combination.length; left++) {
    for (let right = left + 1; right < combination.length; right++) {
      if (left === covered?.[0] && right === covered[1]) continue;
      found.push(`${left}:${combination[left]},${right}:${combination[right]}`);
    }
  }
  return found;
}
