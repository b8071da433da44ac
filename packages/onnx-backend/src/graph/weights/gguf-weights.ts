import { InvalidModelFileError, UnsupportedError } from '@foretoken/core';
import {
  type GgufFile,
  type GgufValue,
  readGguf,
  readTensor,
  readTensorBytes,
  validateForLlama,
} from '@foretoken/models';
import { checkArchitecture, type DecoderShape } from './decoder-shape.js';
import type { DecoderWeights, StoredWeight } from './decoder-weights.js';
import { gemmaTraits } from './gemma.js';
import { ggufGemma } from './gguf-gemma.js';
import { separateRotaryPairs } from './rotary-rows.js';
import { rowPortions } from './row-portions.js';

/** The weights of a GGUF file. @throws InvalidModelFileError, UnsupportedError. */
export async function ggufWeights(path: string): Promise<DecoderWeights> {
  const file = await readGguf(path);
  const architecture = checkArchitecture(path, file.metadata.get('general.architecture'));
  validateForLlama(file, { partialRotation: true });
  const shape = await readShape(file, architecture);
  const heads = new Map([
    ['attn_q', shape.heads],
    ['attn_k', shape.keyValueHeads],
  ]);
  return {
    path,
    shape,
    gguf: file,
    names: () => [...file.tensors.keys()].filter((name) => name !== frequencyFactors),
    find: (name) => ggufWeight(file, name),
    async *portions(name) {
      const rotatedHeads = heads.get(/^blk\.\d+\.(attn_[qk])\./.exec(name)?.[1] ?? '');
      // llama.cpp's converter interleaves the halves of these; those of qwen2 it leaves as they are.
      if (architecture === 'llama' && rotatedHeads !== undefined) {
        const bytes = await readTensorBytes(file, name);
        yield separateRotaryPairs(bytes, rotatedHeads, shape.headWidth, shape.rotary.width);
      } else yield* ggufPortions(file, name);
    },
  };
}

/** Llama 3.1 and later: what divides each pair's frequency, made by the converter. */
const frequencyFactors = 'rope_freqs.weight';

/** A tensor of the file as a matrix or vector. */
export function ggufWeight(file: GgufFile, name: string): StoredWeight | undefined {
  const tensor = file.tensors.get(name);
  if (tensor === undefined) return undefined;
  const [columns = 1, ...rest] = tensor.shape;
  return {
    name,
    columns,
    rows: rest.reduce((product, length) => product * length, 1),
    format: tensor.type.name,
  };
}

/** The bytes of a tensor in portions of whole rows. @throws InvalidModelFileError where there is none of that name. */
export async function* ggufPortions(
  file: GgufFile,
  name: string,
): AsyncGenerator<Uint8Array, void, undefined> {
  const weight = ggufWeight(file, name);
  if (weight === undefined) throw new InvalidModelFileError(`${file.path} has no tensor ${name}.`);
  yield* rowPortions(weight, (rows) => readTensorBytes(file, name, rows));
}

/** The file has passed `validateForLlama`, so what is required is there and sound. */
async function readShape(file: GgufFile, architecture: DecoderShape['architecture']): Promise<DecoderShape> {
  const value = (key: string): GgufValue | undefined => file.metadata.get(`${architecture}.${key}`);
  const number = (key: string, fallback?: number): number => {
    const found = value(key) ?? fallback;
    if (typeof found === 'number') return found;
    throw new InvalidModelFileError(
      `${file.path}: ${architecture}.${key} is ${String(found)}, not a number.`,
    );
  };
  const width = number('embedding_length');
  const heads = number('attention.head_count');
  const headWidth = number('attention.key_length', width / heads);
  const valueWidth = number('attention.value_length', width / heads);
  if (valueWidth !== headWidth) {
    throw new UnsupportedError(
      `${file.path}: keys of ${headWidth} and values of ${valueWidth} elements; ONNX graphs need equal ones.`,
    );
  }
  const rotaryWidth = number('rope.dimension_count', headWidth);
  const layers = number('block_count');
  const rotary = {
    width: rotaryWidth,
    base: number('rope.freq_base', 10_000),
    factors: await readFactors(file, architecture, rotaryWidth / 2),
  };
  return {
    architecture,
    ...gemmaTraits(architecture, width),
    ...(architecture === 'gemma2' || architecture === 'gemma3'
      ? ggufGemma(file, architecture, { width, layers, heads, headWidth, rotary })
      : {}),
    vocabularySize: (file.tensors.get('token_embd.weight')?.shape[1] ?? 0) as number,
    contextLength: number('context_length'),
    width,
    layers,
    heads,
    keyValueHeads: number('attention.head_count_kv', heads),
    headWidth,
    feedForwardWidth: number('feed_forward_length'),
    normEpsilon: number('attention.layer_norm_rms_epsilon'),
    rotary,
  };
}

async function readFactors(file: GgufFile, architecture: string, pairs: number): Promise<Float64Array> {
  const { metadata } = file;
  // As llama.cpp reads them: linear where the type is left out, and the factor by its older name; 0 is none.
  const scaling = metadata.get(`${architecture}.rope.scaling.type`) ?? 'linear';
  const said =
    metadata.get(`${architecture}.rope.scaling.factor`) ?? metadata.get(`${architecture}.rope.scale_linear`);
  const factor = said === undefined || said === 0 ? 1 : said;
  if (scaling !== 'none' && scaling !== 'linear') {
    throw new UnsupportedError(
      `${file.path}: rotary scaling is ${JSON.stringify(scaling)}; ONNX graphs know none, linear, and stored factors.`,
    );
  }
  if (typeof factor !== 'number' || !(factor > 0) || !Number.isFinite(factor)) {
    throw new InvalidModelFileError(`${file.path}: the rotary scaling factor is ${String(factor)}.`);
  }
  const factors = new Float64Array(pairs).fill(scaling === 'linear' ? factor : 1);
  if (!file.tensors.has(frequencyFactors)) return factors;
  const stored = await readTensor(file, frequencyFactors);
  if (stored.length !== pairs || !stored.every((entry) => entry > 0 && Number.isFinite(entry))) {
    throw new InvalidModelFileError(
      `${file.path}: ${frequencyFactors} does not hold ${pairs} numbers above 0.`,
    );
  }
  return factors.map((entry, pair) => entry * (stored[pair] as number));
}
