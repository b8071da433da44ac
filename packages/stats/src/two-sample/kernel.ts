/**
 * A positive-definite similarity of items, for kernel tests.
 *
 * The kernel says which differences a test can see: with a characteristic kernel (`hammingKernel`) any
 * difference of the two laws, with others (`spectrumKernel`) only those in the features it counts.
 */
export interface Kernel<Item> {
  readonly name: string;
  /**
   * All similarities of the items with each other: row-major, length n x n, symmetric, finite.
   */
  gram(items: readonly Item[]): Float64Array;
}
