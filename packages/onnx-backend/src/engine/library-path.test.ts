import { existsSync } from 'node:fs';
import { EngineError } from '@foretoken/core';
import { expect, test } from 'vitest';
import { findLibrary, libraryFile } from './library-path.js';

test('every platform that is served has its library', () => {
  const files = [
    ['linux', 'x64', 'bin/napi-v6/linux/x64/libonnxruntime.so.1'],
    ['linux', 'arm64', 'bin/napi-v6/linux/arm64/libonnxruntime.so.1'],
    ['darwin', 'arm64', 'bin/napi-v6/darwin/arm64/libonnxruntime.1.dylib'],
    ['win32', 'x64', 'bin/napi-v6/win32/x64/onnxruntime.dll'],
    ['win32', 'arm64', 'bin/napi-v6/win32/arm64/onnxruntime.dll'],
  ] as const;
  for (const [platform, architecture, file] of files) {
    expect(libraryFile(platform, architecture)).toBe(file);
    // The package ships the files of all platforms together.
    expect(existsSync(findLibrary(platform, architecture))).toBe(true);
  }
});

test('a platform without a library is named, with those that have one', () => {
  for (const [platform, architecture] of [
    ['darwin', 'x64'],
    ['freebsd', 'x64'],
    ['linux', 'riscv64'],
  ] as const) {
    expect(libraryFile(platform, architecture)).toBeUndefined();
    expect(() => findLibrary(platform, architecture)).toThrow(EngineError);
    expect(() => findLibrary(platform, architecture)).toThrow(
      `no ONNX Runtime for ${platform} on ${architecture}; it serves linux-x64`,
    );
  }
});
