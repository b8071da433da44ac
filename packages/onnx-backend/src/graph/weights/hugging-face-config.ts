import { InvalidModelFileError, UnsupportedError } from '@foretoken/core';
import { readJson } from '@foretoken/models';
import { ConfigFields } from './config-fields.js';
import {
  type Architecture,
  checkArchitecture,
  type DecoderShape,
  type RotarySettings,
} from './decoder-shape.js';
import { gemmaTraits, isGemma } from './gemma.js';
import { gemmaConfig } from './gemma-config.js';
import { rotarySettings } from './rotary-config.js';

export interface HuggingFaceConfig {
  readonly shape: DecoderShape;
  /** True where the output matrix is the embedding matrix. */
  readonly tiedEmbeddings: boolean;
}

/** The config.json of a model of a supported architecture. @throws InvalidModelFileError, UnsupportedError naming the field. */
export async function readHuggingFaceConfig(path: string): Promise<HuggingFaceConfig> {
  const config = await readJson(path);
  const architecture = configArchitecture(path, config['model_type']);
  const fields = new ConfigFields(path, config);
  if (isGemma(architecture)) {
    // Files from before the form with tanh had a name of its own say gelu, and mean it.
    fields.refuseOtherThan('hidden_act', 'gelu', 'gelu_pytorch_tanh');
    fields.refuseOtherThan('hidden_activation', 'gelu_pytorch_tanh');
  } else fields.refuseOtherThan('hidden_act', 'silu');
  fields.refuseOtherThan('mlp_bias', false);
  fields.refuseOtherThan('use_sliding_window', false);
  fields.refuseOtherThan('quantization_config', null);
  const width = fields.whole('hidden_size');
  const heads = fields.whole('num_attention_heads');
  const keyValueHeads = fields.whole('num_key_value_heads', heads);
  const headWidth = fields.whole('head_dim', isGemma(architecture) ? 256 : width / heads);
  if (heads % keyValueHeads !== 0) {
    throw new InvalidModelFileError(`${path}: ${heads} heads cannot share ${keyValueHeads} key-value heads.`);
  }
  // Transformers 5 keeps the rotary settings together, earlier versions apart.
  const parameters = fields.object('rope_parameters');
  const rotary = rotarySettings(
    new ConfigFields(path, {
      rope_theta: config['rope_theta'],
      partial_rotary_factor: config['partial_rotary_factor'],
      ...fields.object('rope_scaling'),
      // Gemma 3 has settings of each kind of layer.
      ...new ConfigFields(path, parameters).object('full_attention', parameters),
    }),
    headWidth,
    architecture === 'gemma3' ? 1_000_000 : 10_000,
  );
  const layers = fields.whole('num_hidden_layers');
  const shape: DecoderShape = {
    architecture,
    ...gemmaTraits(architecture, width),
    ...attentionOf(architecture, fields, { layers, headWidth, rotary }),
    vocabularySize: fields.whole('vocab_size'),
    contextLength: fields.whole('max_position_embeddings', defaultContext[architecture]),
    width,
    layers,
    heads,
    keyValueHeads,
    headWidth,
    feedForwardWidth: fields.whole('intermediate_size'),
    normEpsilon: fields.positive('rms_norm_eps', 1e-6),
    rotary,
  };
  return { shape, tiedEmbeddings: (config['tie_word_embeddings'] ?? isGemma(architecture)) === true };
}

/** Where Transformers' configuration has a default for what a file may leave out. */
const defaultContext: Readonly<Partial<Record<Architecture, number>>> = {
  gemma: 8192,
  gemma2: 8192,
  gemma3: 131_072,
};

function configArchitecture(path: string, modelType: unknown): Architecture {
  if (modelType === 'gemma3_text') return 'gemma3';
  if (modelType === 'gemma3') {
    throw new UnsupportedError(
      `${path}: the model type gemma3 reads pictures too; ONNX graphs are generated for its text model alone: take a folder of the type gemma3_text, or a GGUF file.`,
    );
  }
  return checkArchitecture(path, modelType);
}

function attentionOf(
  architecture: Architecture,
  fields: ConfigFields,
  sizes: { readonly layers: number; readonly headWidth: number; readonly rotary: RotarySettings },
): Pick<DecoderShape, 'local' | 'attentionScale' | 'attentionCap' | 'logitCap'> {
  if (architecture === 'gemma2' || architecture === 'gemma3') return gemmaConfig(fields, architecture, sizes);
  const window = architecture === 'mistral' ? fields.optionalWhole('sliding_window') : undefined;
  if (window === undefined) return {};
  const { layers, rotary } = sizes;
  return { local: { window, rotary, layers: new Array<boolean>(layers).fill(true) } };
}
