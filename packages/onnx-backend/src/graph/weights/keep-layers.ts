import type { DecoderWeights } from './decoder-weights.js';

/** A layer's number in a weight's name. */
const layerNumber = /^blk\.(\d+)(?=\.)/;

/**
 * The weights of some layers only, numbered anew from 0; what is before and after the layers stays.
 *
 * @param layers their numbers in the source, ascending, at least one.
 */
export function keepLayers(weights: DecoderWeights, layers: readonly number[]): DecoderWeights {
  const newNumbers = new Map(layers.map((layer, index) => [layer, index]));
  const sourceName = (name: string): string =>
    name.replace(layerNumber, (_, layer) => `blk.${layers[Number(layer)]}`);
  const { local } = weights.shape;
  return {
    ...weights,
    shape: {
      ...weights.shape,
      layers: layers.length,
      local: local && { ...local, layers: layers.map((layer) => local.layers[layer] as boolean) },
    },
    sourceLayers: layers,
    names: () =>
      weights.names().flatMap((name) => {
        const layer = layerNumber.exec(name)?.[1];
        if (layer === undefined) return [name];
        const index = newNumbers.get(Number(layer));
        return index === undefined ? [] : [name.replace(layerNumber, `blk.${index}`)];
      }),
    find: (name) => weights.find(sourceName(name)),
    portions: (name) => weights.portions(sourceName(name)),
  };
}
