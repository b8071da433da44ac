import { InvalidModelFileError } from '@foretoken/core';
import { ConfigFields } from './config-fields.js';
import type { DecoderShape, RotarySettings } from './decoder-shape.js';
import { gemmaPattern, windowedLayers } from './gemma.js';
import { rotarySettings } from './rotary-config.js';

/** What attention scores are divided by the root of, and the window, where a configuration leaves them out. */
const defaults = { scalar: 256, window: 4096, localBase: 10_000 } as const;

/**
 * What a config.json says of Gemma 2 and 3's attention.
 *
 * @throws InvalidModelFileError, UnsupportedError.
 */
export function gemmaConfig(
  fields: ConfigFields,
  architecture: 'gemma2' | 'gemma3',
  {
    layers,
    headWidth,
    rotary,
  }: { readonly layers: number; readonly headWidth: number; readonly rotary: RotarySettings },
): Pick<DecoderShape, 'local' | 'attentionScale' | 'attentionCap' | 'logitCap'> {
  fields.refuseOtherThan('use_bidirectional_attention', false);
  return {
    attentionScale: fields.positive('query_pre_attn_scalar', defaults.scalar) ** -0.5,
    attentionCap: fields.optionalPositive('attn_logit_softcapping'),
    logitCap: fields.optionalPositive('final_logit_softcapping'),
    local: {
      window: fields.whole('sliding_window', defaults.window),
      rotary: architecture === 'gemma2' ? rotary : localRotary(fields, headWidth),
      layers: windows(fields, layers, gemmaPattern[architecture]),
    },
  };
}

/** Of Gemma 3's layers with a window; Transformers 5 keeps the settings of each kind of layer together. */
function localRotary(fields: ConfigFields, headWidth: number): RotarySettings {
  const parameters = new ConfigFields(fields.path, fields.object('rope_parameters'));
  const local = new ConfigFields(fields.path, {
    rope_theta: fields.value('rope_local_base_freq'),
    partial_rotary_factor: fields.value('partial_rotary_factor'),
    ...parameters.object('sliding_attention'),
  });
  return rotarySettings(local, headWidth, defaults.localBase);
}

/** Newer configurations name the kind of every layer, older ones say every how many layers one has no window. */
function windows(fields: ConfigFields, layers: number, pattern: number): boolean[] {
  const kinds = fields.value('layer_types');
  if (kinds === undefined) {
    const stored = fields.optionalWhole('sliding_window_pattern');
    return windowedLayers(layers, stored ?? fields.whole('_sliding_window_pattern', pattern));
  }
  const known = ['sliding_attention', 'full_attention'];
  if (!Array.isArray(kinds) || kinds.length !== layers || !kinds.every((kind) => known.includes(kind))) {
    throw new InvalidModelFileError(
      `${fields.path}: layer_types does not say of each of ${layers} layers whether it is ${known.join(' or ')}.`,
    );
  }
  return kinds.map((kind) => kind === 'sliding_attention');
}
