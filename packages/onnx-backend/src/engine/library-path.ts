import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { EngineError } from '@foretoken/core';

/** The npm package that ships ONNX Runtime's library. */
const libraryPackage = 'onnxruntime-node';

/** Where the library lies in the package, by platform and architecture; macOS on x64 is not shipped. */
const files: Readonly<Record<string, string>> = {
  'linux-x64': 'linux/x64/libonnxruntime.so.1',
  'linux-arm64': 'linux/arm64/libonnxruntime.so.1',
  'darwin-arm64': 'darwin/arm64/libonnxruntime.1.dylib',
  'win32-x64': 'win32/x64/onnxruntime.dll',
  'win32-arm64': 'win32/arm64/onnxruntime.dll',
};

/**
 * The library's place inside the package, or undefined where none is shipped. Linux on x64 is tested; the other
 * names are resolved but untested.
 */
export function libraryFile(platform: string, architecture: string): string | undefined {
  const file = files[`${platform}-${architecture}`];
  return file === undefined ? undefined : path.posix.join('bin', 'napi-v6', file);
}

/**
 * The installed library.
 *
 * @throws EngineError naming the platform, or the package that is missing.
 */
export function findLibrary(
  platform: string = process.platform,
  architecture: string = process.arch,
): string {
  const file = libraryFile(platform, architecture);
  if (file === undefined) {
    throw new EngineError(
      `${libraryPackage} has no ONNX Runtime for ${platform} on ${architecture}; it serves ${Object.keys(files).join(', ')}. Build one and name it with libraryPath.`,
    );
  }
  const folder = packageFolder();
  const library = folder === undefined ? undefined : path.join(folder, file);
  if (library === undefined || !existsSync(library)) {
    throw new EngineError(
      `The ONNX Runtime library is not installed (${libraryPackage}, ${file}): run npm install ${libraryPackage}@1.30.0.`,
    );
  }
  return library;
}

function packageFolder(): string | undefined {
  try {
    const require = createRequire(import.meta.url);
    // The entry point is dist/index.js.
    return path.dirname(path.dirname(require.resolve(libraryPackage)));
  } catch {
    return undefined;
  }
}
