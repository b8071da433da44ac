// Laws for tests: probabilities of numbered cells.

/** Weights scaled to sum to 1. */
export function normalise(weights: readonly number[]): number[] {
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

export function uniformLaw(cells: number): number[] {
  return Array.from({ length: cells }, () => 1 / cells);
}

/** Probabilities like those of words: the i-th in proportion to 1 / i. */
export function zipfLaw(cells: number): number[] {
  return normalise(Array.from({ length: cells }, (_, cell) => 1 / (cell + 1)));
}

/** One cell nearly certain, as after most prefixes of a good language model. */
export function peakedLaw(cells: number, mass = 0.97): number[] {
  return [mass, ...Array.from({ length: cells - 1 }, () => (1 - mass) / (cells - 1))];
}

/** A law at the given distance: mass moves from even cells to odd ones, as evenly as their masses. */
export function shiftedLaw(law: readonly number[], distance: number): number[] {
  const even = law.reduce((sum, probability, cell) => sum + (cell % 2 === 0 ? probability : 0), 0);
  return law.map((probability, cell) =>
    cell % 2 === 0 ? probability * (1 - distance / even) : probability * (1 + distance / (1 - even)),
  );
}

/** Total variation distance. */
export function distanceBetween(law: readonly number[], target: readonly number[]): number {
  return (
    law.reduce((sum, probability, cell) => sum + Math.abs(probability - (target[cell] as number)), 0) / 2
  );
}
