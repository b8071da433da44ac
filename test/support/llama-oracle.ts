import koffi from 'koffi';
import { findLibrary } from '../../packages/llamacpp-backend/src/library-path.js';

// llama.cpp's own functions, called directly: what this repository's code is compared with.

const paths = findLibrary();
const base = koffi.load(paths.ggmlBase);
const ggml = koffi.load(paths.ggml);
const llama = koffi.load(paths.llama);
const ignore: unknown = base.symbol('ggml_time_init');
base.func('ggml_log_set', 'void', ['void *', 'void *'])(ignore, null);
llama.func('llama_log_set', 'void', ['void *', 'void *'])(ignore, null);
ggml.func('ggml_backend_load_all_from_path', 'void', ['str'])(paths.folder);

const quantizeParameters = koffi.struct({
  nthread: 'int32',
  ftype: 'int32',
  output_tensor_type: 'int32',
  token_embedding_type: 'int32',
  allow_requantize: 'bool',
  quantize_output_tensor: 'bool',
  only_copy: 'bool',
  pure: 'bool',
  keep_split: 'bool',
  dry_run: 'bool',
  imatrix: 'void *',
  kv_overrides: 'void *',
  tt_overrides: 'void *',
  prune_layers: 'void *',
  max_buf_size: 'size_t',
});
const defaultParameters = llama.func('llama_model_quantize_default_params', quantizeParameters, []);
const quantize = llama.func('llama_model_quantize', 'uint32', [
  'str',
  'str',
  koffi.pointer(quantizeParameters),
]);

/** llama.cpp's `llama_model_quantize` with `pure`: every matrix in the one format. */
export function quantizeWithLlama(source: string, output: string, fileType: number): void {
  const parameters = { ...(defaultParameters() as object), nthread: 1, ftype: fileType, pure: true };
  const status = quantize(source, output, parameters) as number;
  if (status !== 0) throw new Error(`llama_model_quantize failed with status ${status}.`);
}

export interface TensorTypeFacts {
  /** Empty where there is no such type. */
  readonly name: string;
  readonly blockElements: number;
  readonly blockBytes: number;
}

/** How many tensor types this version of ggml numbers. */
export const tensorTypeCount = 43;

const typeName = base.func('ggml_type_name', 'str', ['int32']);
const blockElements = base.func('ggml_blck_size', 'int64', ['int32']);
const blockBytes = base.func('ggml_type_size', 'size_t', ['int32']);

export function tensorTypeFacts(id: number): TensorTypeFacts {
  return {
    name: (typeName(id) as string | null) ?? '',
    blockElements: Number(blockElements(id)),
    blockBytes: Number(blockBytes(id)),
  };
}

const toFloat16 = base.func('ggml_fp32_to_fp16_row', 'void', ['void *', 'void *', 'int64']);
const toFloat32 = base.func('ggml_fp16_to_fp32_row', 'void', ['void *', 'void *', 'int64']);

export function float16Row(values: Float32Array): Uint16Array {
  const row = new Uint16Array(values.length);
  toFloat16(values, row, values.length);
  return row;
}

export function float32Row(bits: Uint16Array): Float32Array {
  const row = new Float32Array(bits.length);
  toFloat32(bits, row, bits.length);
  return row;
}

/** llama.cpp's own dequantisation of whole blocks of a type, by ggml's name of it. */
export function dequantizeWithLlama(type: string, bytes: Uint8Array, elements: number): Float32Array {
  const name = `dequantize_row_${type.toLowerCase().replace(/_k$/, '_K')}`;
  const values = new Float32Array(elements);
  base.func(name, 'void', ['void *', 'void *', 'int64'])(bytes, values, elements);
  return values;
}
