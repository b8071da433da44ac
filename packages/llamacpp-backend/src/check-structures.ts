import { EngineError } from '@foretoken/core';
import koffi, { type TypeObject } from 'koffi';
import type { NativeFunctions } from './native-functions.js';
import {
  batchType,
  contextParametersType,
  modelParametersType,
  quantizeParametersType,
} from './native-types.js';

/** Bytes of the structures in llama.cpp 0.5.0, on every 64-bit platform. */
const sizes: readonly (readonly [type: TypeObject, bytes: number])[] = [
  [modelParametersType, 80],
  [contextParametersType, 160],
  [batchType, 56],
  [quantizeParametersType, 64],
];

/** What the default parameters are in llama.cpp 0.5.0, besides null pointers and the machine's threads. */
const modelDefaults: Readonly<Record<string, unknown>> = {
  n_gpu_layers: -1,
  split_mode: 1,
  load_mode: -1,
  lazy_mode: 1,
  main_gpu: 0,
  vocab_only: false,
  check_tensors: false,
  use_extra_bufts: true,
  no_host: false,
  no_alloc: false,
  load_mtp: false,
};
const contextDefaults: Readonly<Record<string, unknown>> = {
  n_ctx: 512,
  n_batch: 2048,
  n_ubatch: 512,
  n_seq_max: 1,
  n_rs_seq: 0,
  n_outputs_max: 0,
  n_outputs_max_per_seq: 1,
  ctx_type: 0,
  rope_scaling_type: -1,
  pooling_type: -1,
  attention_type: -1,
  flash_attn_type: -1,
  rope_freq_base: 0,
  rope_freq_scale: 0,
  yarn_ext_factor: -1,
  yarn_orig_ctx: 0,
  defrag_thold: -1,
  type_k: 1,
  type_v: 1,
  embeddings: false,
  offload_kqv: true,
  no_perf: true,
  op_offload: true,
  swa_full: true,
  kv_unified: false,
};
const quantizeDefaults: Readonly<Record<string, unknown>> = {
  nthread: 0,
  ftype: 7,
  allow_requantize: false,
  quantize_output_tensor: true,
  only_copy: false,
  pure: false,
  keep_split: false,
  dry_run: false,
  max_buf_size: 2 ** 33,
};

type Defaults = Pick<
  NativeFunctions,
  'modelDefaultParameters' | 'contextDefaultParameters' | 'quantizeDefaultParameters'
>;

/**
 * That the library lays its structures out as this package declares them. The defaults are known: read through
 * another layout, they come out as something else.
 *
 * @throws EngineError
 */
export function checkStructures(functions: Defaults): void {
  const matches =
    sizes.every(([type, bytes]) => koffi.sizeof(type) === bytes) &&
    agrees(functions.modelDefaultParameters(), modelDefaults) &&
    agrees(functions.contextDefaultParameters(), contextDefaults) &&
    agrees(functions.quantizeDefaultParameters(), quantizeDefaults);
  if (!matches) {
    throw new EngineError(
      'The llama.cpp library lays out its parameters in another way than its version says.',
    );
  }
}

function agrees(found: Record<string, unknown>, expected: Readonly<Record<string, unknown>>): boolean {
  return Object.entries(expected).every(([field, value]) => found[field] === value);
}
