import { onnxBackend } from '@foretoken/onnx-backend';
import { tinyModels } from '@foretoken/tiny-models';
import { expect, test } from 'vitest';
import { runScript } from '../testing/run-script.js';
import { temporaryFolder } from '../testing/temporary-folder.js';

const inFolder = temporaryFolder();
const withoutKoffi = new URL('../../../test/fallback/without-koffi.mjs', import.meta.url).href;

/** Loads the draft and reads a token. Where koffi is not to load, its import fails as on a platform without it. */
function loadDraft(options: { readonly access?: string; readonly koffi: boolean }): Promise<unknown> {
  return runScript(`
    import { register } from 'node:module';
    ${options.koffi ? '' : `register(${JSON.stringify(withoutKoffi)});`}
    const { listProviders, onnxBackend } = await import('@foretoken/onnx-backend');
    const providers = await listProviders().then(() => 'listed', (error) => error.message);
    const result = await onnxBackend
      .loadModel(${JSON.stringify(tinyModels.draft)}, {
        access: ${JSON.stringify(options.access)},
        cacheFolder: ${JSON.stringify(inFolder('cache'))},
      })
      .then(async (model) => {
        const [{ logits }] = await model.forward([{ sequence: model.createSequence(), tokens: [5], rows: 'last' }]);
        const { tokens } = logits.topK(0, 3);
        const { engine } = model.capabilities;
        await model.close();
        return { engine, tokens: [...tokens] };
      }, (error) => ({ error: error.name, message: error.message }));
    console.log(JSON.stringify({ providers, ...result }));`);
}

test('where koffi does not load, the JavaScript API is used, and gives the same', async () => {
  const native = await loadDraft({ koffi: true });
  expect(native).toMatchObject({ engine: 'ONNX Runtime 1.30.0 (C API)', providers: 'listed' });
  const fallback = await loadDraft({ koffi: false });
  expect(fallback).toMatchObject({ engine: 'ONNX Runtime 1.30.0 (JavaScript API)' });
  const { tokens } = native as { tokens: readonly number[] };
  expect((fallback as { tokens: readonly number[] }).tokens).toEqual(tokens);
  expect((fallback as { providers: string }).providers).toContain('koffi does not load');
});

test('asked for by name, native access does not fall back', async () => {
  expect(await loadDraft({ koffi: false, access: 'native' })).toMatchObject({
    error: 'EngineError',
    message: expect.stringContaining('no binary for this platform') as string,
  });
});

test('both ways of access load side by side, on one library', async () => {
  const models = await Promise.all(
    (['native', 'stock'] as const).map((access) =>
      onnxBackend.loadModel(tinyModels.draft, { access, cacheFolder: inFolder('cache') }),
    ),
  );
  const tops = await Promise.all(
    models.map(async (model) => {
      const sequence = model.createSequence();
      const [result] = await model.forward([{ sequence, tokens: [5, 6, 7], rows: 'last' }]);
      return result?.logits.topK(0, 5).tokens;
    }),
  );
  expect(tops[0]).toEqual(tops[1]);
  await Promise.all(models.map((model) => model.close()));
});
