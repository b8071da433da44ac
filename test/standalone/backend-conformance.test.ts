import { backendConformance } from '@foretoken/core/testing';
import { llamacppBackend } from '@foretoken/llamacpp-backend';
import { tinyModels } from '@foretoken/tiny-models';
import { describe, test } from 'vitest';

/**
 * Every engine, on the embedded draft. The tolerance is the numerics class of 8-bit kernels: a pass over one
 * token and a pass over many quantise other groups of activations.
 */
const engines = [
  {
    name: 'llama.cpp',
    tolerance: 0.5,
    loadModel: (options: object) => llamacppBackend.loadModel(tinyModels.draft, options),
  },
];

for (const { name, tolerance, loadModel } of engines) {
  describe(`${name} conforms`, () => {
    for (const { name: law, run } of backendConformance({ loadModel, tolerance })) test(law, run);
  });
}
