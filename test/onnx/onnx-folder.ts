import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll } from 'vitest';

/** A folder for the generated graphs of a test file, removed after its last test. */
export function onnxFolder(): () => string {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'foretoken-onnx-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  return () => folder;
}
