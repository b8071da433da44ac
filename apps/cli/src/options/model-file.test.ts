import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { tinyModels } from '@foretoken/tiny-models';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { namedDraft, namedTarget } from '../planning/model-names.js';
import { checkDraftSelection } from './check-draft-selection.js';
import { draftModel } from './draft-model.js';
import { modelFile } from './model-file.js';
import { modelPath } from './model-options.js';
import { parseTargetSpec } from './target-spec.js';

const name = 'owner/model:Q8_0';
let folder: string;
let pulled: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'foretoken-model-file-'));
  vi.stubEnv('HF_HUB_CACHE', folder);
  pulled = path.join(folder, 'models--owner--model', 'snapshots', 'd'.repeat(40), 'm-Q8_0.gguf');
  await mkdir(path.dirname(pulled), { recursive: true });
  await writeFile(pulled, '');
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

it('a pulled model is named as the hub names it, wherever a model is', () => {
  expect(modelFile(name)).toBe(pulled);
  expect(modelPath('owner/model', tinyModels.target)).toBe(pulled);
  expect(draftModel(name, 'target.gguf')).toEqual({ file: pulled });
  expect(namedDraft(name)).toEqual({ name: 'm-Q8_0.gguf', file: pulled });
  expect(parseTargetSpec(`${name},kv=q8_0`)).toMatchObject({ file: pulled, kvType: 'q8_0' });
  expect(checkDraftSelection({ model: name, draft: `prompt-lookup+${name}`, backend: 'llamacpp' })).toEqual([
    'prompt-lookup',
    name,
  ]);
});

it('files and the embedded models keep their names', async () => {
  const file = path.join(folder, 'own', 'model');
  await mkdir(path.dirname(file));
  await writeFile(file, '');
  const relative = path.relative(process.cwd(), file);
  for (const text of [file, relative, 'missing.gguf', 'x/missing.gguf', 'x/missing.safetensors', './x/y']) {
    expect(modelFile(text)).toBe(text);
  }
  expect(modelFile('model', path.dirname(file))).toBe(file);
  expect(modelFile('x/missing.gguf', folder)).toBe(path.join(folder, 'x', 'missing.gguf'));
  expect(namedTarget(relative)).toEqual({ name: 'model', file });
  expect(modelPath('embedded', tinyModels.target)).toBe(tinyModels.target);
  expect(draftModel('embedded', 'target.gguf')).toEqual({ file: tinyModels.draft });
});

it('a model that was not pulled is named with the command that brings it, before anything is loaded', () => {
  const absent = 'owner/other:Q4_K_M';
  for (const use of [
    () => modelFile(absent),
    () => parseTargetSpec(absent),
    () => checkDraftSelection({ model: 'embedded', draft: absent, backend: 'llamacpp' }),
  ]) {
    expect(use).toThrow(
      /^owner\/other:Q4_K_M is not in the cache .*: "foretoken pull owner\/other:Q4_K_M" brings it/,
    );
  }
  expect(() => modelFile('owner/model:Q2_K')).toThrow(/nothing named "Q2_K" in the cache \("foretoken pull/);
});
