import { elementBytes } from './element-types.js';
import type { OnnxTensor } from './onnx-model.js';

/** Bytes that a tensor's shape and type need. */
export function tensorBytes({ elementType, shape }: Pick<OnnxTensor, 'elementType' | 'shape'>): number {
  return shape.reduce((product, length) => product * length, elementBytes(elementType));
}
