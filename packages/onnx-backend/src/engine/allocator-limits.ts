import koffi, { type LibraryHandle } from 'koffi';
import { widenCallStacks } from './call-stacks.js';

/** Of glibc's malloc.h. */
const trimThreshold = -1;
const mmapThreshold = -3;
const limit = 1024 * 1024;

let library: LibraryHandle | undefined;

/**
 * Keeps glibc's allocator as it begins. The first time that a large block is freed, it decides to keep such blocks
 * from then on, up to 64 MiB for each thread, and a model's weights and caches are large blocks: closing models
 * would not make the process smaller. Whoever sets its thresholds through the environment is left alone.
 */
export function limitAllocator(): void {
  const { MALLOC_MMAP_THRESHOLD_: set, MALLOC_TRIM_THRESHOLD_: setToo } = process.env;
  if (process.platform !== 'linux' || library !== undefined || set !== undefined || setToo !== undefined)
    return;
  try {
    widenCallStacks();
    library = koffi.load('libc.so.6');
    const mallopt = library.func('mallopt', 'int', ['int', 'int']);
    mallopt(mmapThreshold, limit);
    mallopt(trimThreshold, limit);
  } catch {
    // Another C library, which has other habits; or another library came first.
  }
}
