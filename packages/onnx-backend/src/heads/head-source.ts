import {
  HeadMismatchError,
  InvalidArgumentError,
  InvalidModelFileError,
  UnsupportedError,
} from '@foretoken/core';
import { type GgufFile, readGguf } from '@foretoken/models';
import { openDecoderWeights } from '../graph/weights/decoder-source.js';
import type { DecoderWeights, StoredWeights } from '../graph/weights/decoder-weights.js';
import { ggufPortions, ggufWeight } from '../graph/weights/gguf-weights.js';
import { hashSource } from '../graph/weights/hash-source.js';

/** An EAGLE head: a decoder of one layer, whose embedding matrix is the target's. */
export interface EagleSource {
  readonly kind: 'eagle';
  readonly name: string;
  readonly weights: DecoderWeights;
  /** Of the head and its target. */
  readonly contentHash: string;
}

export interface MlpSpeculatorShape {
  readonly vocabularySize: number;
  /** Of the target's hidden states. */
  readonly width: number;
  /** Of its own states. */
  readonly innerWidth: number;
  /** Tokens that it predicts. */
  readonly predictionCount: number;
  readonly stateWeight: number;
  readonly embeddingWeight: number;
  readonly normEpsilon: number;
}

/** An MLP speculator, which has all its weights itself. */
export interface MlpSpeculatorSource {
  readonly kind: 'mlp-speculator';
  readonly name: string;
  readonly shape: MlpSpeculatorShape;
  readonly weights: StoredWeights;
  readonly contentHash: string;
}

/**
 * Reads and checks a head's GGUF file, as `convertHead` writes it.
 *
 * @param target the target's weights, a GGUF file or a Hugging Face folder; an EAGLE head needs them.
 * @param hash SHA-256 of a file's bytes.
 * @throws InvalidModelFileError for a damaged file; UnsupportedError for one that is no head; HeadMismatchError where
 *   width or vocabulary are not the target's; InvalidArgumentError for an EAGLE head without a target.
 */
export async function openHeadSource(
  source: string,
  target: string | undefined,
  hash: (file: string) => Promise<string>,
): Promise<EagleSource | MlpSpeculatorSource> {
  const file = await readGguf(source);
  const kind = file.metadata.get('general.architecture');
  const named = file.metadata.get('general.name');
  const name = typeof named === 'string' ? named : String(kind);
  if (kind === 'mlp-speculator') {
    const contentHash = await hash(source);
    return { kind, name, shape: mlpSpeculatorShape(file), weights: headWeights(file), contentHash };
  }
  if (kind === 'eagle') {
    if (target === undefined) {
      throw new InvalidArgumentError(
        `${source} shares the embedding matrix with its target: say where the target's weights are (target).`,
      );
    }
    const weights = eagleWeights(file, await openDecoderWeights(target));
    const contentHash = `${await hash(source)} ${await hashSource(target, hash)}`;
    return { kind, name, weights, contentHash };
  }
  throw new UnsupportedError(
    `${source}: the architecture is ${JSON.stringify(kind)}; drafting heads are "eagle" and "mlp-speculator".`,
  );
}

function headWeights(file: GgufFile): StoredWeights {
  return {
    path: file.path,
    find: (name) => ggufWeight(file, name),
    names: () => [...file.tensors.keys()],
    portions: (name) => ggufPortions(file, name),
  };
}

/** The head's own weights, and the target's embedding matrix. */
function eagleWeights(file: GgufFile, target: DecoderWeights): DecoderWeights {
  const { whole, positive } = metadataOf(file, 'eagle');
  const own = headWeights(file);
  const headWidth = whole('attention.key_length');
  const width = whole('embedding_length');
  const vocabularySize = whole('vocab_size');
  fit(file, target, 'hidden states of width', width, target.shape.width);
  fit(file, target, 'a vocabulary of', vocabularySize, target.shape.vocabularySize);
  if (headWidth % 2 !== 0) throw damaged(file, `heads of ${headWidth} elements, which do not turn in pairs`);
  const heads = whole('attention.head_count');
  const keyValueHeads = whole('attention.head_count_kv');
  if (heads % keyValueHeads !== 0) {
    throw damaged(file, `${heads} query heads for ${keyValueHeads} heads of keys and values`);
  }
  const isShared = (name: string): boolean => name === 'token_embd.weight';
  return {
    path: file.path,
    names: () => [...own.names(), 'token_embd.weight'],
    find: (name) => (isShared(name) ? target.find(name) : own.find(name)),
    portions: (name) => (isShared(name) ? target.portions(name) : own.portions(name)),
    shape: {
      architecture: 'llama',
      vocabularySize,
      contextLength: whole('context_length'),
      width,
      layers: 1,
      heads,
      keyValueHeads,
      headWidth,
      feedForwardWidth: whole('feed_forward_length'),
      normEpsilon: positive('attention.layer_norm_rms_epsilon'),
      rotary: {
        width: headWidth,
        base: positive('rope.freq_base'),
        factors: new Float64Array(headWidth / 2).fill(1),
      },
    },
  };
}

function fit(file: GgufFile, target: DecoderWeights, what: string, own: number, targets: number): void {
  if (own === targets) return;
  throw new HeadMismatchError(
    `${file.path} is a head for ${what} ${own}; the target ${target.path} has ${targets}. Choose a head that was trained for this target.`,
  );
}

function mlpSpeculatorShape(file: GgufFile): MlpSpeculatorShape {
  const { whole, positive } = metadataOf(file, 'mlp-speculator');
  return {
    vocabularySize: whole('vocab_size'),
    width: whole('embedding_length'),
    innerWidth: whole('inner_length'),
    predictionCount: whole('prediction_count'),
    stateWeight: positive('state_weight'),
    embeddingWeight: positive('embedding_weight'),
    normEpsilon: positive('layer_norm_epsilon'),
  };
}

/** More than any head has of anything: what is beyond is a damaged number. */
const mostWhole = 2 ** 24;

function metadataOf(
  file: GgufFile,
  kind: string,
): { readonly whole: (key: string) => number; readonly positive: (key: string) => number } {
  const positive = (key: string): number => {
    const value = file.metadata.get(`${kind}.${key}`);
    if (typeof value === 'number' && value > 0 && Number.isFinite(value)) return value;
    throw damaged(file, `${kind}.${key} is ${String(value)}, not a number above 0`);
  };
  const whole = (key: string): number => {
    const value = positive(key);
    if (Number.isInteger(value) && value <= mostWhole) return value;
    throw damaged(file, `${kind}.${key} is ${value}, not a whole number up to ${mostWhole}`);
  };
  return { whole, positive };
}

function damaged(file: GgufFile, problem: string): InvalidModelFileError {
  return new InvalidModelFileError(`${file.path}: ${problem}. The head is damaged: get it again.`);
}
