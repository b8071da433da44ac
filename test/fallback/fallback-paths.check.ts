import { onnxBackend } from '@foretoken/onnx-backend';
import { tinyModels } from '@foretoken/tiny-models';
import { expect, test } from 'vitest';
import { createSoftmaxKernel } from '../../packages/core/src/sampling/softmax-kernel.js';

// Without these the fallback run would be a second run of the same.
test('this run has no WebAssembly kernel', () => {
  expect(createSoftmaxKernel(64)).toBeUndefined();
});

test('this run reaches ONNX Runtime through its JavaScript API', async () => {
  const model = await onnxBackend.loadModel(tinyModels.draft);
  expect(model.capabilities.engine).toContain('JavaScript API');
  await model.close();
});
