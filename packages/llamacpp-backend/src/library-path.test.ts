import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { EngineError } from '@foretoken/core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkVersion, findLibrary, libraryVariants } from './library-path.js';

describe('names of the prebuilt libraries, as the packages have them', () => {
  // Linux is what runs here; macOS and Windows are tables that have not been run.
  it.each<[platform: string, architecture: string, name: string, files: readonly string[]]>([
    ['linux', 'x64', 'linux-x64', ['libllama.v0.5.0.so', 'libggml.v0.5.0.so', 'libggml-base.so']],
    ['linux', 'arm64', 'linux-arm64', ['libllama.v0.5.0.so', 'libggml.v0.5.0.so', 'libggml-base.so']],
    [
      'linux',
      'x64',
      'linux-x64-cuda',
      ['libllama.cuda.v0.5.0.so', 'libggml.cuda.v0.5.0.so', 'libggml-base.so'],
    ],
    [
      'linux',
      'x64',
      'linux-x64-vulkan',
      ['libllama.vulkan.v0.5.0.so', 'libggml.vulkan.v0.5.0.so', 'libggml-base.so'],
    ],
    [
      'darwin',
      'arm64',
      'mac-arm64-metal',
      ['libllama.metal.v0.5.0.dylib', 'libggml.metal.v0.5.0.dylib', 'libggml-base.dylib'],
    ],
    ['darwin', 'x64', 'mac-x64', ['libllama.v0.5.0.dylib', 'libggml.v0.5.0.dylib', 'libggml-base.dylib']],
    ['win32', 'x64', 'win-x64', ['llama.v0.5.0.dll', 'ggml.v0.5.0.dll', 'ggml-base.dll']],
    ['win32', 'arm64', 'win-arm64', ['llama.v0.5.0.dll', 'ggml.v0.5.0.dll', 'ggml-base.dll']],
    ['win32', 'x64', 'win-x64-cuda', ['llama.cuda.v0.5.0.dll', 'ggml.cuda.v0.5.0.dll', 'ggml-base.dll']],
    [
      'win32',
      'x64',
      'win-x64-vulkan',
      ['llama.vulkan.v0.5.0.dll', 'ggml.vulkan.v0.5.0.dll', 'ggml-base.dll'],
    ],
  ])('%s on %s: %s', (platform, architecture, name, [llama, ggml, ggmlBase]) => {
    const variant = libraryVariants(platform, architecture).find(
      ({ packageName }) => packageName === `@node-llama-cpp/${name}`,
    );
    expect(variant).toEqual({
      packageName: `@node-llama-cpp/${name}`,
      folder: `bins/${name}`,
      llama,
      ggml,
      ggmlBase,
    });
  });

  it.each([
    ['linux', 'x64', ['linux-x64-cuda', 'linux-x64-vulkan', 'linux-x64']],
    ['win32', 'x64', ['win-x64-cuda', 'win-x64-vulkan', 'win-x64']],
    ['linux', 'riscv64', []],
    ['aix', 'ppc64', []],
  ])('%s on %s, the fastest device first', (platform, architecture, names) => {
    expect(libraryVariants(platform, architecture).map(({ packageName }) => packageName)).toEqual(
      names.map((name) => `@node-llama-cpp/${name}`),
    );
  });
});

describe('which package is used', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(path.join(os.tmpdir(), 'foretoken-libraries-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const installed = new Set<string>();
  afterEach(() => installed.clear());

  /** Puts a package's files where npm would. */
  async function install(name: string, files: readonly string[]): Promise<void> {
    const packageName = `@node-llama-cpp/${name}`;
    installed.add(packageName);
    const bins = path.join(folder, packageName, 'bins', name);
    await mkdir(bins, { recursive: true });
    for (const file of files) await writeFile(path.join(bins, file), '');
  }
  const resolve = (name: string): string => {
    if (!installed.has(name)) throw new Error(`Cannot find module '${name}'`);
    return path.join(folder, name, 'dist', 'index.js');
  };

  const cpu = ['libllama.v0.5.0.so', 'libggml.v0.5.0.so', 'libggml-base.so'];
  const cuda = ['libllama.cuda.v0.5.0.so', 'libggml.cuda.v0.5.0.so', 'libggml-base.so'];

  it('the CPU one, where it is the only one', async () => {
    await install('linux-x64', cpu);
    const bins = path.join(folder, '@node-llama-cpp', 'linux-x64', 'bins', 'linux-x64');
    expect(findLibrary('linux', 'x64', resolve)).toEqual({
      packageName: '@node-llama-cpp/linux-x64',
      folder: bins,
      llama: path.join(bins, 'libllama.v0.5.0.so'),
      ggml: path.join(bins, 'libggml.v0.5.0.so'),
      ggmlBase: path.join(bins, 'libggml-base.so'),
    });
  });

  it('the CUDA one, where the user has installed it', async () => {
    await install('linux-x64', cpu);
    await install('linux-x64-cuda', cuda);
    expect(findLibrary('linux', 'x64', resolve).packageName).toBe('@node-llama-cpp/linux-x64-cuda');
  });

  it('the CPU one, where the CUDA one is of another version', async () => {
    await install('linux-x64', cpu);
    await install('linux-x64-cuda', ['libllama.cuda.v0.4.0.so', 'libggml.cuda.v0.4.0.so', 'libggml-base.so']);
    expect(findLibrary('linux', 'x64', resolve).packageName).toBe('@node-llama-cpp/linux-x64');
  });

  it('none of another version: what to install is said', async () => {
    await install('linux-x64', ['libllama.v0.6.1.so', 'libggml.v0.6.1.so', 'libggml-base.so']);
    expect(() => findLibrary('linux', 'x64', resolve)).toThrow(EngineError);
    expect(() => findLibrary('linux', 'x64', resolve)).toThrow(
      /linux-x64 holds no libraries of llama.cpp 0\.5\.0: install version 3\.22\.1/,
    );
  });

  it('none at all: what to install is said', () => {
    expect(() => findLibrary('win32', 'x64', resolve)).toThrow(
      /No llama.cpp library is installed for win32 on x64.*win-x64-cuda.*win-x64 \(version 3\.22\.1\)/,
    );
    expect(() => findLibrary('aix', 'ppc64', resolve)).toThrow(/no prebuilt llama.cpp for aix on ppc64/);
  });
});

describe('the version that the library says it has', () => {
  it.each(['0.5.0', '0.5.0-dev', '0.5.0+b1'])('%s is known', (version) => {
    checkVersion('@node-llama-cpp/linux-x64', version);
  });

  it.each(['0.5.1', '0.5.01', '0.6.0', '10.5.0', '', null])('%s is refused', (version) => {
    expect(() => checkVersion('@node-llama-cpp/linux-x64', version)).toThrow(EngineError);
    expect(() => checkVersion('@node-llama-cpp/linux-x64', version)).toThrow(
      /this version of Foretoken knows 0\.5\.0. Install @node-llama-cpp\/linux-x64@3\.22\.1/,
    );
  });
});
