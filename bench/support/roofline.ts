/** What a GPU's data sheet says it does at best. */
export interface Gpu {
  readonly name: string;
  /** Bytes of memory a second. */
  readonly bandwidth: number;
  /** Dense 16-bit floating-point operations a second. */
  readonly peak: number;
  /** Where the numbers are from. */
  readonly source: string;
}

/** Sizes of a dense decoder with 16-bit weights and cache. */
export interface ModelSizes {
  readonly name: string;
  readonly parameters: number;
  readonly layers: number;
  readonly width: number;
  /** Elements of the keys, and of the values, of a token in a layer. */
  readonly keyValueWidth: number;
  readonly source: string;
}

const elementBytes = 2;

/**
 * Milliseconds of a pass at the GPU's best: memory and arithmetic overlap, and the longer of the two counts (Williams et
 * al. 2009, "Roofline"). Every weight is read once, and every sequence's keys and values; a token takes two operations a
 * parameter, and four for every element of its attention. Tensor-parallel GPUs share both evenly, and talk for nothing.
 *
 * @param batch sequences.
 * @param tokens of each sequence in the pass.
 * @param contextTokens that each has in its cache.
 */
export function rooflineMilliseconds(
  { bandwidth, peak }: Gpu,
  { parameters, layers, width, keyValueWidth }: ModelSizes,
  { batch, tokens, contextTokens, gpus = 1 }: RooflinePass,
): number {
  const cache = batch * (contextTokens + tokens) * layers * 2 * keyValueWidth;
  const bytes = elementBytes * (parameters + cache);
  const operations = batch * tokens * (2 * parameters + 4 * layers * width * contextTokens);
  return 1000 * Math.max(bytes / (gpus * bandwidth), operations / (gpus * peak));
}

export interface RooflinePass {
  readonly batch: number;
  readonly tokens: number;
  readonly contextTokens: number;
  readonly gpus?: number | undefined;
}
