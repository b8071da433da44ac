import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

export const nodeLlamaCppVersion = '3.22.1';

/**
 * The entry point of node-llama-cpp. It is no dependency of the project: the first time it is installed into a temporary
 * folder, without its install scripts and without the packages for GPUs.
 */
export function installedNodeLlamaCpp(): string {
  const folder = path.join(os.tmpdir(), `foretoken-node-llama-cpp-${nodeLlamaCppVersion}`);
  const entry = path.join(folder, 'node_modules', 'node-llama-cpp', 'dist', 'index.js');
  if (existsSync(entry)) return entry;
  console.log(`Installing node-llama-cpp ${nodeLlamaCppVersion} into ${folder} (once) ...`);
  mkdirSync(folder, { recursive: true });
  const platform = `${process.platform}-${process.arch}`;
  const { status } = spawnSync(
    'npm',
    [
      'install',
      '--ignore-scripts',
      '--omit=optional',
      '--no-audit',
      '--no-fund',
      '--prefix',
      folder,
      `node-llama-cpp@${nodeLlamaCppVersion}`,
      `@node-llama-cpp/${platform}@${nodeLlamaCppVersion}`,
    ],
    { stdio: 'inherit', cwd: folder, shell: process.platform === 'win32' },
  );
  if (status !== 0) throw new Error(`npm could not install node-llama-cpp (status ${status}).`);
  return entry;
}
