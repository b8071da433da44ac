import { copyFile, mkdtemp, readFile, rename, rm, truncate, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { generateText, InvalidModelFileError } from '@foretoken/core';
import { llamacppBackend, quantizeModel } from '@foretoken/llamacpp-backend';
import { pruneLayers, readGguf, requantizeModel } from '@foretoken/models';
import { hashFile } from '@foretoken/models/cache';
import { onnxBackend } from '@foretoken/onnx-backend';
import { hashModelFile } from '@foretoken/planner';
import { tinyModels } from '@foretoken/tiny-models';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeSplitGguf } from '../support/write-split-gguf.js';

let folder: string;
let parts: string[];
const part = (number: number): string => parts[number - 1] as string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'foretoken-split-'));
  parts = await writeSplitGguf(tinyModels.draft, folder, 3);
});
afterAll(() => rm(folder, { recursive: true }));

describe('a model that is split over files, named by the first', () => {
  it('has the tensors of the whole one', async () => {
    const [split, whole] = [await readGguf(part(1)), await readGguf(tinyModels.draft)];
    expect([...split.tensors.keys()]).toEqual([...whole.tensors.keys()]);
  });

  it.each([llamacppBackend, onnxBackend])('writes the text of the whole one, on $name', async (backend) => {
    const texts: string[] = [];
    for (const file of [part(1), tinyModels.draft]) {
      const target = await backend.loadModel(file, {
        threads: 1,
        cacheFolder: path.join(folder, 'cache'),
      } as object);
      const settings = { prompt: 'export function add(', maximumTokens: 16, sampling: { temperature: 0 } };
      texts.push((await generateText({ target, ...settings })).text);
      await target.close();
    }
    expect(texts[0]).toBe(texts[1]);
  });

  it('is pruned and quantised into one file', async () => {
    const output = path.join(folder, 'one.gguf');
    for (const write of [
      () => pruneLayers(part(1), output, { layers: [0] }),
      () => requantizeModel(part(1), output, { format: 'Q4_0' }),
      () => quantizeModel(part(1), output, { format: 'Q4_0', threads: 1 }),
    ]) {
      await write();
      expect((await readGguf(output)).metadata.get('split.count') ?? 1).toBe(1);
      const model = await llamacppBackend.loadModel(output, { threads: 1, maximumSequences: 1 });
      await model.close();
    }
  });

  it('is another model where any part is changed', async () => {
    const before = [await hashFile(part(1)), (await hashModelFile(part(1))).sha256];
    expect(before[0]).toBe(before[1]);
    const whole = await readFile(part(3));
    const changed = Buffer.from(whole);
    changed[whole.length - 100] = (changed[whole.length - 100] as number) ^ 1;
    await writeFile(part(3), changed);
    expect(await hashFile(part(1))).not.toBe(before[0]);
    expect((await hashModelFile(part(1))).sha256).not.toBe(before[1]);
    await writeFile(part(3), whole);
  });
});

describe('parts that are no whole model', () => {
  async function expectRefused(file: string, message: RegExp): Promise<void> {
    await expect(llamacppBackend.loadModel(file, { threads: 1 })).rejects.toThrow(InvalidModelFileError);
    await expect(readGguf(file)).rejects.toThrow(message);
  }

  it('are refused where a later part is named, or the first has another name', async () => {
    await expectRefused(part(2), /split-00002-of-00003\.gguf is one of 3 parts.*name the first/);
    const other = path.join(folder, 'other.gguf');
    await copyFile(part(1), other);
    await expectRefused(other, /other\.gguf is one of 3 parts.*00001-of-00003/);
  });

  it('are refused where one is missing, cut off, or another one', async () => {
    const aside = path.join(folder, 'aside.gguf');
    await rename(part(2), aside);
    await expectRefused(part(1), /split-00002-of-00003\.gguf: there is no such file/);
    await copyFile(part(3), part(2));
    await expectRefused(part(1), /split-00002-of-00003\.gguf says that it is another part/);
    await copyFile(aside, part(2));
    await truncate(part(2), 1000);
    await expectRefused(part(1), /split-00002-of-00003\.gguf/);
    await copyFile(aside, part(2));
    await readGguf(part(1));
  });
});
