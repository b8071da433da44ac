import { expect, test } from 'vitest';
import { selectionFor } from './backends.js';

const asked = { threads: 2, gpuLayers: 20, device: 'cuda' as const, access: 'native' as const };

// Was wrong: --gpu-layers with a draft on ONNX Runtime was refused after the target was loaded, and with audit always.
test('an option that another engine of the command has alone is left to it', () => {
  const both = ['llamacpp', 'onnx'];
  expect(selectionFor('llamacpp', both, asked)).toEqual({ threads: 2, gpuLayers: 20 });
  expect(selectionFor('onnx', both, asked)).toEqual({ threads: 2, device: 'cuda', access: 'native' });
});

test('what the only engine does not have stays, to be refused', () => {
  expect(selectionFor('onnx', ['onnx', 'onnx'], asked)).toEqual(asked);
});
