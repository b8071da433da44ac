import { writeFile } from 'node:fs/promises';
import { EngineError } from '@foretoken/core';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../testing/temporary-folder.js';
import { ortLibrary, requestApi } from './ort-library.js';

const inFolder = temporaryFolder();

test('the library is loaded once, and says its version', () => {
  const library = ortLibrary();
  expect(library.version).toBe('1.30.0');
  expect(ortLibrary()).toBe(library);
  expect(library.availableProviders()).toContain('CPUExecutionProvider');
});

test('a version of the API that the library does not offer is refused', () => {
  const { path, handle } = ortLibrary();
  expect(() => requestApi(path, handle, 99)).toThrow(EngineError);
  expect(() => requestApi(path, handle, 99)).toThrow(
    'is ONNX Runtime 1.30.0, which does not offer version 99 of its C API',
  );
});

test('what is not the library says so', async () => {
  const text = inFolder('text.so');
  await writeFile(text, 'no library');
  expect(() => ortLibrary(text)).toThrow(/text.so does not load as ONNX Runtime's library/);
  expect(() => ortLibrary(inFolder('missing.so'))).toThrow(EngineError);
  // A library of something else, which is there wherever Node.js is.
  if (process.platform === 'linux') {
    const { sharedObjects } = process.report.getReport() as { sharedObjects: string[] };
    const other = sharedObjects.find((file) => /libm\.so/.test(file));
    expect(() => ortLibrary(other)).toThrow(/OrtGetApiBase/);
  }
});

test("a failure of the engine is an EngineError with the engine's words, every time", async () => {
  const library = ortLibrary();
  const settings = library.createSessionOptions();
  for (let round = 0; round < 20; round++) {
    await expect(library.createSession(library.environment, inFolder('no.onnx'), settings)).rejects.toThrow(
      /ONNX Runtime: Load model from .*no.onnx failed/,
    );
    expect(() => library.setOptimizationLevel(settings, 12_345)).toThrow(EngineError);
  }
  library.releaseSessionOptions(settings);
});
