import { nodeDepths, type TreeShape } from '@foretoken/core';
import type { ModelConfiguration } from '../profile/profile-schema.js';

/** "Q8_0", or "Q8_0 with a q4_0 cache" where that is not the engine's own choice. */
export function formatText({
  weightFormat,
  cacheType,
}: Pick<ModelConfiguration, 'weightFormat' | 'cacheType'>): string {
  return cacheType === undefined ? weightFormat : `${weightFormat} with a ${cacheType} cache`;
}

export function configurationText(configuration: ModelConfiguration): string {
  const { engine, threads, device, gpuLayers } = configuration;
  const layers = gpuLayers === undefined ? '' : ` with ${gpuLayers} layers there`;
  const on = device === 'cpu' ? engine : `${engine}, ${device}${layers}`;
  return `${formatText(configuration)} on ${on}, ${threads === null ? 'threads as the engine chooses' : `${threads} ${threads === 1 ? 'thread' : 'threads'}`}`;
}

export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

/** "1.31x". */
export function ratio(value: number): string {
  return `${value.toFixed(2)}x`;
}

/** "1.31x [1.20, 1.43]". */
export function ratioWithInterval(value: { estimate: number; lower: number; upper: number }): string {
  return `${ratio(value.estimate)} [${value.lower.toFixed(2)}, ${value.upper.toFixed(2)}]`;
}

/** "10 nodes (2; 2 2; 1 1 1 1)": level by level, from the root, how many children each of its nodes has. */
export function shapeText(shape: TreeShape): string {
  const { parents } = shape;
  const depths = [0, ...nodeDepths(shape)];
  const levels: number[][] = [];
  for (const [index, depth] of depths.entries()) {
    const children = parents.filter((parent) => parent === index - 1).length;
    (levels[depth] ??= []).push(children);
  }
  const inner = levels.filter((counts) => counts.some((children) => children > 0));
  const nodes = `${parents.length} ${parents.length === 1 ? 'node' : 'nodes'}`;
  return `${nodes} (${inner.map((counts) => counts.join(' ')).join('; ')})`;
}
