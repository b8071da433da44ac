import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { EngineError } from '@foretoken/core';

/** The llama.cpp version whose structures this package knows. */
export const supportedVersion = '0.5.0';
/** The version of the npm packages that ship it. */
const packageVersion = '3.22.1';

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
    ...fileNames(platform, /-(cuda|vulkan|metal)$/.exec(name)?.[1]),
  }));
}

/** The libraries that depend on the device carry its name and the version; the base library does neither. */
function fileNames(
  platform: string,
  device: string | undefined,
): { llama: string; ggml: string; ggmlBase: string } {
  const prefix = platform === 'win32' ? '' : 'lib';
  const ending = { win32: 'dll', darwin: 'dylib' }[platform] ?? 'so';
  const tail = `${device === undefined ? '' : `.${device}`}.v${supportedVersion}.${ending}`;
  return {
    llama: `${prefix}llama${tail}`,
    ggml: `${prefix}ggml${tail}`,
    ggmlBase: `${prefix}ggml-base.${ending}`,
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

/** The entry point of an npm package; throws where it is not installed. */
export type ResolvePackage = (name: string) => string;

/**
 * The first variant that is installed.
 *
 * @throws EngineError naming the platform and the packages that would serve it, or the package whose libraries
 *   have another version.
 */
export function findLibrary(
  platform: string = process.platform,
  architecture: string = process.arch,
  resolvePackage: ResolvePackage = createRequire(import.meta.url).resolve,
): LibraryPaths {
  const variants = libraryVariants(platform, architecture);
  const others: string[] = [];
  for (const variant of variants) {
    const folder = packageFolder(variant, resolvePackage);
    if (folder === undefined) continue;
    const paths = {
      packageName: variant.packageName,
      folder,
      llama: path.join(folder, variant.llama),
      ggml: path.join(folder, variant.ggml),
      ggmlBase: path.join(folder, variant.ggmlBase),
    };
    if ([paths.llama, paths.ggml, paths.ggmlBase].every((file) => existsSync(file))) return paths;
    others.push(variant.packageName);
  }
  const names = variants.map(({ packageName }) => packageName);
  if (names.length === 0) {
    throw new EngineError(`There is no prebuilt llama.cpp for ${platform} on ${architecture}.`);
  }
  throw new EngineError(
    others.length > 0
      ? `${others.join(' and ')} holds no libraries of llama.cpp ${supportedVersion}: install version ${packageVersion} of it.`
      : `No llama.cpp library is installed for ${platform} on ${architecture}. Install one of: ${names.join(', ')} (version ${packageVersion}).`,
  );
}

/** @throws EngineError where a library is of another version than this package knows. */
export function checkVersion(packageName: string, version: unknown): asserts version is string {
  // A development build of the version has the same structures.
  if (typeof version === 'string' && version.split(/[-+]/, 1)[0] === supportedVersion) return;
  throw new EngineError(
    `${packageName} has llama.cpp ${String(version)}; this version of Foretoken knows ${supportedVersion}. Install ${packageName}@${packageVersion}.`,
  );
}

function packageFolder(variant: LibraryVariant, resolvePackage: ResolvePackage): string | undefined {
  try {
    // The packages export no package.json, but their entry point lies in dist/.
    const root = path.dirname(path.dirname(resolvePackage(variant.packageName)));
    return path.join(root, variant.folder);
  } catch {
    return undefined;
  }
}
