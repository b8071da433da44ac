import { InvalidModelFileError } from '@foretoken/core';
import type { GgufFile, GgufValue } from '@foretoken/models';
import type { DecoderShape, RotarySettings } from './decoder-shape.js';
import { gemmaPattern, windowedLayers } from './gemma.js';

/** llama.cpp's defaults, for what older files leave out. */
const defaults = { window: 4096, attentionCap: 50, logitCap: 30, localBase: 10_000 } as const;

/** Models of so many layers scale attention by the heads' share of the width instead of by the heads' own width. */
const layersOfTheLargest = { gemma2: 46, gemma3: 62 } as const;

/**
 * What a GGUF file says of Gemma 2 and 3's attention, read as llama.cpp reads it.
 *
 * @throws InvalidModelFileError.
 */
export function ggufGemma(
  file: GgufFile,
  architecture: 'gemma2' | 'gemma3',
  sizes: Pick<DecoderShape, 'width' | 'layers' | 'heads' | 'headWidth' | 'rotary'>,
): Pick<DecoderShape, 'local' | 'attentionScale' | 'attentionCap' | 'logitCap'> {
  const { width, layers, heads, headWidth, rotary } = sizes;
  const value = (key: string): GgufValue | undefined => file.metadata.get(`${architecture}.${key}`);
  /** 0 says that there is none. */
  const number = (key: string, fallback: number): number | undefined => {
    const found = value(key) ?? fallback;
    if (typeof found === 'number' && found >= 0 && Number.isFinite(found)) return found || undefined;
    throw new InvalidModelFileError(
      `${file.path}: ${architecture}.${key} is ${String(found)}, not a number from 0 on.`,
    );
  };
  const isOlder = architecture === 'gemma2';
  const largest = layers === layersOfTheLargest[architecture];
  const window = number('attention.sliding_window', isOlder ? defaults.window : 0);
  return {
    attentionScale: 1 / Math.sqrt(largest ? Math.floor(width / heads) : headWidth),
    attentionCap: isOlder ? number('attn_logit_softcapping', defaults.attentionCap) : undefined,
    logitCap: number('final_logit_softcapping', isOlder ? defaults.logitCap : 0),
    local:
      window === undefined
        ? undefined
        : {
            window,
            rotary: localRotary(
              rotary,
              number('rope.freq_base_swa', isOlder ? 0 : defaults.localBase),
              isOlder,
            ),
            layers: layerPattern(file, architecture, layers),
          },
  };
}

/** Gemma 2 stretches the rotation of all layers alike, Gemma 3 that of layers without a window only. */
function localRotary(rotary: RotarySettings, base: number | undefined, scaled: boolean): RotarySettings {
  if (base === undefined) return rotary;
  return {
    ...rotary,
    base,
    factors: scaled ? rotary.factors : new Float64Array(rotary.factors.length).fill(1),
  };
}

/** Stored as a flag for every layer, or as every how many layers one has no window. */
function layerPattern(file: GgufFile, architecture: 'gemma2' | 'gemma3', layers: number): boolean[] {
  const key = `${architecture}.attention.sliding_window_pattern`;
  const stored = file.metadata.get(key) ?? gemmaPattern[architecture];
  if (Array.isArray(stored) && stored.length === layers) {
    return stored.map((flag: unknown) => flag === true || flag === 1);
  }
  if (typeof stored === 'number' && Number.isInteger(stored) && stored >= 0)
    return windowedLayers(layers, stored);
  throw new InvalidModelFileError(
    `${file.path}: ${key} is neither a whole number nor a flag for each of ${layers} layers.`,
  );
}
