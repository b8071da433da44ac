import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { backendConformance } from '@foretoken/core/testing';
import { llamacppBackend } from '@foretoken/llamacpp-backend';
import { onnxBackend, type OnnxOptions } from '@foretoken/onnx-backend';
import { tinyModels } from '@foretoken/tiny-models';
import { afterAll, describe, test } from 'vitest';

const cacheFolder = await mkdtemp(path.join(tmpdir(), 'foretoken-conformance-'));
afterAll(() => rm(cacheFolder, { recursive: true }));

const onnx = (more: OnnxOptions) => (options: OnnxOptions) =>
  onnxBackend.loadModel(tinyModels.draft, { ...options, ...more, cacheFolder });

/**
 * Every engine, on the embedded draft. The tolerance is the numerics class. In 8 bits a
 * difference in a float's last bits can round an activation to the next of 127 steps; llama.cpp's kernels for one
 * token and for many round them in other groups besides.
 */
const engines = [
  {
    name: 'llama.cpp',
    tolerance: 0.5,
    loadModel: (options: object) => llamacppBackend.loadModel(tinyModels.draft, options),
  },
  {
    name: 'ONNX Runtime, C API',
    tolerance: 1e-4,
    loadModel: onnx({ access: 'native', weightFormat: 'float32' }),
  },
  {
    name: 'ONNX Runtime, JavaScript API',
    tolerance: 1e-4,
    loadModel: onnx({ access: 'stock', weightFormat: 'float32' }),
  },
  {
    name: 'ONNX Runtime, a provider by name',
    tolerance: 1e-4,
    loadModel: onnx({ access: 'native', provider: { name: 'CPU' }, weightFormat: 'float32' }),
  },
  {
    name: 'ONNX Runtime, 8 bits and a half precision cache',
    tolerance: 0.2,
    loadModel: onnx({ access: 'native', weightFormat: 'int8', cacheType: 'float16' }),
  },
];

for (const { name, tolerance, loadModel } of engines) {
  describe(`${name} conforms`, () => {
    for (const { name: law, run } of backendConformance({ loadModel, tolerance })) test(law, run);
  });
}
