import { type OrtLibrary, ortLibrary } from './ort-library.js';
import { loads, shortName } from './append-provider.js';
import { tryProvider } from './create-session.js';

/** An execution provider that a library was built with. */
export interface ProviderReport {
  /** As the option `provider` takes it: `CPU`, `CUDA`, `WebGPU`, ... */
  readonly name: string;
  readonly loads: boolean;
  /** Why it does not load. */
  readonly reason: string | undefined;
}

/** The providers of a library, each tried. @throws EngineError where the library itself does not load. */
export function tryProviders(libraryPath: string | undefined): ProviderReport[] {
  const library = ortLibrary(libraryPath);
  return library.availableProviders().map((fullName) => {
    const name = shortName(fullName);
    const reason = whyNot(library, name);
    return { name, loads: reason === undefined, reason };
  });
}

function whyNot(library: OrtLibrary, name: string): string | undefined {
  if (name === 'CPU') return undefined;
  if (name === 'TensorRT')
    return 'It has a way of its own to be asked for, which this package does not know.';
  if (name === 'WebGPU' && process.platform === 'linux' && !loads('libvulkan.so.1')) {
    return 'It needs Vulkan, and libvulkan.so.1 is not found on this machine.';
  }
  try {
    tryProvider(library, { name });
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}
