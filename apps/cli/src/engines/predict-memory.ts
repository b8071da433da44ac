import type { MemoryUse } from '@foretoken/core';
import { type EngineSelection, llamacppOptions, onnxOptions } from './backends.js';

/** Bytes that a model lets expect before it is loaded, as far as its engine can tell from its file. */
export async function predictMemory(
  backend: string,
  source: string,
  selection: EngineSelection,
): Promise<Partial<MemoryUse>> {
  if (backend === 'onnx') {
    const onnx = await import('@foretoken/onnx-backend');
    return onnx.predictMemory(source, onnxOptions(selection));
  }
  const llamacpp = await import('@foretoken/llamacpp-backend');
  return llamacpp.predictMemory(source, llamacppOptions(selection));
}
