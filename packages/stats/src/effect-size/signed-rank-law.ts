/**
 * Law of a sum in which each of the given scores is added with probability 1/2, independently: the null law
 * of Wilcoxon's signed-rank statistic, exact with ties where the scores are mid-ranks.
 *
 * Convolution one score at a time. Time O(n x sum of scores), memory O(sum of scores).
 * Source: Wilcoxon 1945, Biometrics Bulletin 1, 80-83; with ties Pratt & Gibbons 1981, section 3.7.
 *
 * @param scores positive integers.
 * @returns probability of each sum, index = sum.
 */
export function signedRankLaw(scores: ArrayLike<number>): Float64Array {
  let total = 0;
  for (let index = 0; index < scores.length; index++) total += scores[index] as number;
  const law = new Float64Array(total + 1);
  law[0] = 1;
  let reached = 0;
  for (let index = 0; index < scores.length; index++) {
    const score = scores[index] as number;
    reached += score;
    for (let sum = reached; sum >= 0; sum--) {
      const without = law[sum] as number;
      const added = sum >= score ? (law[sum - score] as number) : 0;
      law[sum] = (without + added) / 2;
    }
  }
  return law;
}
