import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll } from 'vitest';

/** A folder for the tests of a file, removed after the last of them: paths inside it. */
export function temporaryFolder(): (name: string) => string {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'foretoken-onnx-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  return (name) => path.join(folder, name);
}
