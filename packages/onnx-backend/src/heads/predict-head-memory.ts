import type { MemoryUse } from '@foretoken/core';
import { chooseWeightFormat, graphManifest } from '../graph/generate-graph.js';
import { mostDraftTokens } from '../model/load-settings.js';
import { decoderMemory, weightBytes } from '../model/predict-memory.js';
import { eagleSizes } from './eagle-head.js';
import type { HeadOptions } from './head-options.js';
import { openHeadSource } from './head-source.js';

const float = Float32Array.BYTES_PER_ELEMENT;

/**
 * What a head will take with one sequence, as its file tells: its graph, with the target's embedding matrix in it, its cache,
 * and the buffers of rows and inputs.
 *
 * @throws as `loadHead` does of files.
 */
export async function predictHeadMemory(source: string, options: HeadOptions = {}): Promise<MemoryUse> {
  // No size depends on hashes, which take reading all of the files.
  const head = await openHeadSource(source, options.target, async () => '');
  if (head.kind === 'eagle') {
    const manifest = graphManifest(head.weights, '', { ...options, trees: true, decomposed: true });
    const sizes = eagleSizes(manifest);
    const memory = decoderMemory(head.weights, manifest, sizes);
    const features = sizes.passTokens * manifest.width * float;
    return { ...memory, buffers: memory.buffers + features };
  }
  const { shape, weights } = head;
  const format = chooseWeightFormat(options.weightFormat, weights.find('output.weight')?.format);
  const states = shape.width + shape.innerWidth;
  const rows = (shape.vocabularySize + shape.innerWidth) * float;
  return {
    weights: weightBytes(weights, format),
    cache: 0,
    buffers: mostDraftTokens * (rows + states * float + BigInt64Array.BYTES_PER_ELEMENT),
  };
}
