/**
 * Up to this many pairs the exact law of the signed-rank statistic is used: about 5e8 additions with ties.
 * Beyond it the normal law, whose error there is far below what a benchmark's noise lets anyone see.
 */
export const exactPairLimit = 1000;
