import { cachedPrunedModel } from '@foretoken/models';
import { cachedQuantizedModel } from './cached-quantized-model.js';
import type { LlamacppOptions } from './llamacpp-options.js';

export interface ChosenFile {
  /** What the engine loads. */
  readonly file: string;
  /** What the model is called: the same, but in the source's own format. */
  readonly named: string;
}

/**
 * The file that the engine loads for a source: it runs every layer of a file, in the file's own format, so a choice of
 * either is a file of its own.
 */
export async function chosenFile(source: string, options: LlamacppOptions): Promise<ChosenFile> {
  const { layers, skipLayers, weightFormat: format } = options;
  const named =
    layers === undefined && skipLayers === undefined ? source : await cachedPrunedModel(source, options);
  const file = format === undefined ? named : await cachedQuantizedModel(named, { ...options, format });
  return { file, named };
}
