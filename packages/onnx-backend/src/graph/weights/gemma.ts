import type { Architecture, DecoderShape } from './decoder-shape.js';

/**
 * What all models of Gemma's family do otherwise than llama's, whatever their configuration says (Gemma Team
 * 2403.08295, 2408.00118, 2503.19786). Undefined for other architectures.
 */
export function gemmaTraits(
  architecture: Architecture,
  width: number,
): Pick<DecoderShape, 'embeddingScale' | 'gate' | 'outputNorms' | 'headNorms'> | undefined {
  if (!isGemma(architecture)) return undefined;
  return {
    embeddingScale: Math.sqrt(width),
    gate: 'gelu',
    outputNorms: architecture !== 'gemma',
    headNorms: architecture === 'gemma3',
  };
}

export function isGemma(architecture: Architecture): architecture is 'gemma' | 'gemma2' | 'gemma3' {
  return architecture.startsWith('gemma');
}

/** Every how many layers one sees the whole text, where a model does not say it. */
export const gemmaPattern = { gemma2: 2, gemma3: 6 } as const;

/** What layers have a window: the last of every `pattern` has none; 0: all have one. */
export function windowedLayers(layers: number, pattern: number): boolean[] {
  return Array.from({ length: layers }, (_, layer) => pattern === 0 || layer % pattern < pattern - 1);
}
