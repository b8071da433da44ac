import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { EngineError } from '@foretoken/core';

/** The llama.cpp version whose structures this package knows. */
export const supportedVersion = '0.5.0';

/** One set of prebuilt libraries. */
export interface LibraryVariant {
  /** The npm package that ships it. */
  readonly packageName: string;
  /** Folder inside the package. */
  readonly folder: string;
  /** File names inside the folder. */
  readonly llama: string;
  readonly ggml: string;
  readonly ggmlBase: string;
}

/** Packages by platform and architecture, fastest device first; the CPU package is last. */
const packages: Readonly<Record<string, readonly string[]>> = {
  'linux-x64': ['linux-x64-cuda', 'linux-x64-vulkan', 'linux-x64'],
  'linux-arm64': ['linux-arm64'],
  'darwin-arm64': ['mac-arm64-metal'],
  'darwin-x64': ['mac-x64'],
  'win32-x64': ['win-x64-cuda', 'win-x64-vulkan', 'win-x64'],
  'win32-arm64': ['win-arm64'],
};

/**
 * The variants to look for on a platform, in order. Linux is tested; macOS and Windows names are resolved
 * but untested.
 */
export function libraryVariants(platform: string, architecture: string): readonly LibraryVariant[] {
  return (packages[`${platform}-${architecture}`] ?? []).map((name) => ({
    packageName: `@node-llama-cpp/${name}`,
    folder: path.posix.join('bins', name),
    ...fileNames(platform),
  }));
}

function fileNames(platform: string): { llama: string; ggml: string; ggmlBase: string } {
  if (platform === 'win32') return { llama: 'llama.dll', ggml: 'ggml.dll', ggmlBase: 'ggml-base.dll' };
  if (platform === 'darwin') {
    return { llama: 'libllama.dylib', ggml: 'libggml.dylib', ggmlBase: 'libggml-base.dylib' };
  }
  return {
    llama: `libllama.v${supportedVersion}.so`,
    ggml: `libggml.v${supportedVersion}.so`,
    ggmlBase: 'libggml-base.so',
  };
}

/** Absolute paths of an installed variant. */
export interface LibraryPaths {
  readonly packageName: string;
  readonly folder: string;
  readonly llama: string;
  readonly ggml: string;
  readonly ggmlBase: string;
}

/**
 * The first variant that is installed.
 *
 * @throws EngineError naming the platform and the packages that would serve it.
 */
export function findLibrary(
  platform: string = process.platform,
  architecture: string = process.arch,
): LibraryPaths {
  const variants = libraryVariants(platform, architecture);
  for (const variant of variants) {
    const folder = installedFolder(variant);
    if (folder === undefined) continue;
    return {
      packageName: variant.packageName,
      folder,
      llama: path.join(folder, variant.llama),
      ggml: path.join(folder, variant.ggml),
      ggmlBase: path.join(folder, variant.ggmlBase),
    };
  }
  const names = variants.map(({ packageName }) => packageName);
  throw new EngineError(
    names.length === 0
      ? `There is no prebuilt llama.cpp for ${platform} on ${architecture}.`
      : `No llama.cpp library with version ${supportedVersion} is installed for ${platform} on ${architecture}. Install one of: ${names.join(', ')} (version 3.22.1).`,
  );
}

function installedFolder(variant: LibraryVariant): string | undefined {
  try {
    const require = createRequire(import.meta.url);
    // The packages export no package.json, but their entry point lies in dist/.
    const root = path.dirname(path.dirname(require.resolve(variant.packageName)));
    const folder = path.join(root, variant.folder);
    return existsSync(path.join(folder, variant.llama)) ? folder : undefined;
  } catch {
    return undefined;
  }
}
