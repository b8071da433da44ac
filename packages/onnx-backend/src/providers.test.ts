import { EngineError, InvalidArgumentError, UnsupportedError } from '@foretoken/core';
import { listProviders, onnxBackend } from '@foretoken/onnx-backend';
import { tinyModels } from '@foretoken/tiny-models';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../testing/temporary-folder.js';

const inFolder = temporaryFolder();

test('every provider of the library is listed, and those that do not load say why', async () => {
  const providers = await listProviders();
  expect(providers.find(({ name }) => name === 'CPU')).toEqual({
    name: 'CPU',
    loads: true,
    reason: undefined,
  });
  expect(providers.map(({ name }) => name)).toContain('CUDA');
  for (const { loads, reason } of providers) expect(loads).toBe(reason === undefined);
  await expect(listProviders({ libraryPath: inFolder('none.so') })).rejects.toThrow(EngineError);
});

test('device cuda without its libraries lists what is missing and how to get it', async () => {
  const cuda = (await listProviders()).find(({ name }) => name === 'CUDA');
  // Where CUDA is installed, there is nothing to say.
  if (cuda?.loads === true) return;
  const refused = onnxBackend.loadModel(tinyModels.draft, { device: 'cuda', cacheFolder: inFolder('cuda') });
  await expect(refused).rejects.toThrow(EngineError);
  await expect(refused).rejects.toThrow(/CUDA cannot be used\..*npm_config_onnxruntime_node_install=cuda12/);
  await expect(refused).rejects.toThrow(/libonnxruntime_providers_cuda.so/);
});

test('a provider that the library lacks is named, with those that it has, in both ways of access', async () => {
  for (const access of ['native', 'stock'] as const) {
    const options = { provider: { name: 'CoreML' }, access, cacheFolder: inFolder(access) };
    const refused = onnxBackend.loadModel(tinyModels.draft, options);
    await expect(refused).rejects.toThrow(EngineError);
    await expect(refused).rejects.toThrow(/CoreML .*CPU/is);
  }
});

test('what does not go together is refused', async () => {
  const load = (options: object) => onnxBackend.loadModel(tinyModels.draft, options);
  await expect(load({ device: 'cuda', provider: { name: 'DML' } })).rejects.toThrow(InvalidArgumentError);
  await expect(load({ device: 'gpu' })).rejects.toThrow('device must be cpu or cuda, not "gpu"');
  await expect(load({ device: 'cuda', access: 'stock' })).rejects.toThrow(UnsupportedError);
  await expect(load({ access: 'direct' })).rejects.toThrow('access must be native or stock, not direct');
  await expect(load({ access: 'stock', libraryPath: 'x.so' })).rejects.toThrow(/libraryPath is for native/);
  await expect(load({ libraryPath: inFolder('none.so') })).rejects.toThrow(/none.so does not load/);
});
