import { existsSync } from 'node:fs';
import path from 'node:path';
import { EngineError } from '@foretoken/core';
import koffi from 'koffi';
import type { OrtLibrary } from './ort-library.js';
import type { Pointer } from './ort-functions.js';
import type { ProviderOption } from './session-options.js';

/** `CUDAExecutionProvider` is asked for as `CUDA`. */
export function shortName(fullName: string): string {
  const name = fullName.replace(/ExecutionProvider$/, '');
  return ({ Tensorrt: 'TensorRT', WebGpu: 'WebGPU', Dml: 'DML' } as Record<string, string>)[name] ?? name;
}

/** @throws EngineError naming what is missing, and how to get it. */
export function appendProvider(library: OrtLibrary, settings: Pointer, provider: ProviderOption): void {
  const { name, options = {} } = provider;
  const [keys, values] = [Object.keys(options), Object.values(options)];
  try {
    if (name.toUpperCase() === 'CUDA') appendCuda(library, settings, keys, values);
    else library.appendProvider(settings, name, keys, values, keys.length);
  } catch (error) {
    if (name.toUpperCase() === 'CUDA') throw cudaError(library, error);
    const names = library.availableProviders().map(shortName).join(', ');
    throw new EngineError(
      `The execution provider ${name} does not load. ${library.path} was built with ${names}. ${(error as Error).message}`,
      { cause: error },
    );
  }
}

function appendCuda(
  library: OrtLibrary,
  settings: Pointer,
  keys: readonly string[],
  values: readonly string[],
): void {
  const cudaOptions = library.createCudaOptions();
  try {
    if (keys.length > 0) library.updateCudaOptions(cudaOptions, keys, values, keys.length);
    library.appendCuda(settings, cudaOptions);
  } finally {
    library.releaseCudaOptions(cudaOptions);
  }
}

/** What the CUDA provider of ONNX Runtime 1.30 links with, by platform; the driver brings the last one. */
const cudaLibraries: Readonly<Record<string, readonly string[]>> = {
  linux: [
    'libcudart.so.12',
    'libcublas.so.12',
    'libcublasLt.so.12',
    'libcufft.so.11',
    'libcurand.so.10',
    'libcudnn.so.9',
    'libcuda.so.1',
  ],
  win32: [
    'cudart64_12.dll',
    'cublas64_12.dll',
    'cublasLt64_12.dll',
    'cufft64_11.dll',
    'cudnn64_9.dll',
    'nvcuda.dll',
  ],
};

function cudaError(library: OrtLibrary, cause: unknown): EngineError {
  const windows = process.platform === 'win32';
  const providers = ['shared', 'cuda'].map((part) =>
    windows ? `onnxruntime_providers_${part}.dll` : `libonnxruntime_providers_${part}.so`,
  );
  const folder = path.dirname(library.path);
  const missingProviders = providers.filter((file) => !existsSync(path.join(folder, file)));
  const missingCuda = (cudaLibraries[process.platform] ?? []).filter((file) => !loads(file));
  const advice = [
    ...(missingProviders.length > 0
      ? [
          `Missing beside ${library.path}: ${missingProviders.join(', ')}. On Linux x64 they come with npm_config_onnxruntime_node_install=cuda12 npm rebuild onnxruntime-node; elsewhere take them from ONNX Runtime's GPU release of the same version and name its library with libraryPath.`,
        ]
      : []),
    ...(missingCuda.length > 0
      ? [
          `Not found on this machine: ${missingCuda.join(', ')}. They belong to the NVIDIA driver, CUDA 12 and cuDNN 9.`,
        ]
      : []),
  ];
  return new EngineError(`CUDA cannot be used. ${[...advice, (cause as Error).message].join(' ')}`, {
    cause,
  });
}

/** True where the system finds a shared library. */
export function loads(file: string): boolean {
  try {
    koffi.load(file).unload();
    return true;
  } catch {
    return false;
  }
}
