import { expect, test } from 'vitest';
import { modelFileParts } from './model-file-parts.js';

test('the first part of a split model names the others', () => {
  expect(modelFileParts('/m/big-q4_k_m-00001-of-00003.gguf')).toEqual([
    '/m/big-q4_k_m-00001-of-00003.gguf',
    '/m/big-q4_k_m-00002-of-00003.gguf',
    '/m/big-q4_k_m-00003-of-00003.gguf',
  ]);
});

test.each(['model.gguf', 'm-00002-of-00003.gguf', 'm-00001-of-00001.gguf', 'm-00001-of-00003.onnx'])(
  '%s is a file of its own',
  (file) => {
    expect(modelFileParts(file)).toEqual([file]);
  },
);
