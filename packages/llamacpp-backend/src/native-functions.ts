import { EngineError } from '@foretoken/core';
import koffi, { type LibraryHandle } from 'koffi';
import {
  batchType,
  contextParametersType,
  modelParametersType,
  quantizeParametersType,
} from './native-types.js';

/** An address in the engine's memory; null where the engine returned none. */
export type Pointer = bigint;

/** A structure handed over by value, by field name. */
type Structure = Record<string, unknown>;

type Callback<Result> = (error: unknown, result: Result) => void;
type Bytes = Uint8Array;

/** The functions of libllama that this package calls; names and order of arguments as in include/llama.h. */
export interface NativeFunctions {
  modelDefaultParameters(): Structure;
  contextDefaultParameters(): Structure;
  readonly modelLoad: { async(path: string, parameters: Structure, done: Callback<Pointer | null>): void };
  modelFree(model: Pointer): void;
  readonly contextCreate: {
    async(model: Pointer, parameters: Structure, done: Callback<Pointer | null>): void;
  };
  contextFree(context: Pointer): void;
  attachPool(context: Pointer, single: Pointer, batch: Pointer): void;
  setThreads(context: Pointer, single: number, batch: number): void;
  memory(context: Pointer): Pointer | null;
  memoryRemove(memory: Pointer, sequence: number, start: number, end: number): boolean;
  memoryCopy(memory: Pointer, from: number, to: number, start: number, end: number): void;
  sequenceBytes(context: Pointer, sequence: number): number | bigint;
  readonly decode: { async(context: Pointer, batch: Structure, done: Callback<number>): void };
  setEmbeddings(context: Pointer, on: boolean): void;
  logits(context: Pointer): Pointer | null;
  embeddings(context: Pointer): Pointer | null;
  vocabulary(model: Pointer): Pointer;
  vocabularySize(vocabulary: Pointer): number;
  isEndOfGeneration(vocabulary: Pointer, token: number): boolean;
  beginToken(vocabulary: Pointer): number;
  addsBeginToken(vocabulary: Pointer): boolean;
  tokenize(
    vocabulary: Pointer,
    text: Bytes,
    length: number,
    tokens: Int32Array,
    capacity: number,
    addSpecial: boolean,
    parseSpecial: boolean,
  ): number;
  tokenToPiece(
    vocabulary: Pointer,
    token: number,
    buffer: Bytes,
    length: number,
    strip: number,
    special: boolean,
  ): number;
  trainedContext(model: Pointer): number;
  embeddingOutputWidth(model: Pointer): number;
  isRecurrent(model: Pointer): boolean;
  isHybrid(model: Pointer): boolean;
  hasEncoder(model: Pointer): boolean;
  modelSize(model: Pointer): number | bigint;
  fileType(model: Pointer): number;
  fileTypeName(fileType: number): string;
  quantizeDefaultParameters(): Structure;
  readonly quantize: {
    async(source: string, output: string, parameters: Structure, done: Callback<number>): void;
  };
}

export function bindFunctions(library: LibraryHandle): NativeFunctions {
  const pointer = 'void *';
  const declare = library.func.bind(library) as (
    name: string,
    result: unknown,
    parameters: unknown[],
  ) => unknown;
  const functions: Record<keyof NativeFunctions, unknown> = {
    modelDefaultParameters: declare('llama_model_default_params', modelParametersType, []),
    contextDefaultParameters: declare('llama_context_default_params', contextParametersType, []),
    modelLoad: declare('llama_model_load_from_file', pointer, ['str', modelParametersType]),
    modelFree: declare('llama_model_free', 'void', [pointer]),
    contextCreate: declare('llama_init_from_model', pointer, [pointer, contextParametersType]),
    contextFree: declare('llama_free', 'void', [pointer]),
    attachPool: declare('llama_attach_threadpool', 'void', [pointer, pointer, pointer]),
    setThreads: declare('llama_set_n_threads', 'void', [pointer, 'int32', 'int32']),
    memory: declare('llama_get_memory', pointer, [pointer]),
    memoryRemove: declare('llama_memory_seq_rm', 'bool', [pointer, 'int32', 'int32', 'int32']),
    memoryCopy: declare('llama_memory_seq_cp', 'void', [pointer, 'int32', 'int32', 'int32', 'int32']),
    sequenceBytes: declare('llama_state_seq_get_size', 'size_t', [pointer, 'int32']),
    decode: declare('llama_decode', 'int32', [pointer, batchType]),
    setEmbeddings: declare('llama_set_embeddings', 'void', [pointer, 'bool']),
    logits: declare('llama_get_logits', pointer, [pointer]),
    embeddings: declare('llama_get_embeddings', pointer, [pointer]),
    vocabulary: declare('llama_model_get_vocab', pointer, [pointer]),
    vocabularySize: declare('llama_vocab_n_tokens', 'int32', [pointer]),
    isEndOfGeneration: declare('llama_vocab_is_eog', 'bool', [pointer, 'int32']),
    beginToken: declare('llama_vocab_bos', 'int32', [pointer]),
    addsBeginToken: declare('llama_vocab_get_add_bos', 'bool', [pointer]),
    tokenize: declare('llama_tokenize', 'int32', [
      pointer,
      pointer,
      'int32',
      pointer,
      'int32',
      'bool',
      'bool',
    ]),
    tokenToPiece: declare('llama_token_to_piece', 'int32', [
      pointer,
      'int32',
      pointer,
      'int32',
      'int32',
      'bool',
    ]),
    trainedContext: declare('llama_model_n_ctx_train', 'int32', [pointer]),
    embeddingOutputWidth: declare('llama_model_n_embd_out', 'int32', [pointer]),
    isRecurrent: declare('llama_model_is_recurrent', 'bool', [pointer]),
    isHybrid: declare('llama_model_is_hybrid', 'bool', [pointer]),
    hasEncoder: declare('llama_model_has_encoder', 'bool', [pointer]),
    modelSize: declare('llama_model_size', 'uint64', [pointer]),
    fileType: declare('llama_model_ftype', 'int32', [pointer]),
    fileTypeName: declare('llama_ftype_name', 'str', ['int32']),
    quantizeDefaultParameters: declare('llama_model_quantize_default_params', quantizeParametersType, []),
    quantize: declare('llama_model_quantize', 'uint32', [
      'str',
      'str',
      koffi.pointer(quantizeParametersType),
    ]),
  };
  return functions as unknown as NativeFunctions;
}

/** The pointer that a native call on a thread of its own hands to its callback; null where it has none. */
export function awaitPointer(
  start: (done: (error: unknown, pointer: Pointer | null) => void) => void,
): Promise<Pointer | null> {
  return new Promise((resolve, reject) => {
    start((error, pointer) => {
      if (error !== null && error !== undefined)
        reject(new EngineError('The engine call failed.', { cause: error }));
      else resolve(pointer === 0n ? null : pointer);
    });
  });
}
