import type { AdviseMemory } from '@foretoken/models';
import koffi, { type LibraryHandle } from 'koffi';
import { widenCallStacks } from './call-stacks.js';

// The allocator of Linux's C library, which the engine takes its memory from.

/** Of glibc's malloc.h. */
const trimThreshold = -1;
const mmapThreshold = -3;
const limit = 1024 * 1024;

let library: LibraryHandle | undefined;

/**
 * Keeps the allocator from keeping what is freed. The first time that a large block is freed, it decides to keep
 * such blocks from then on, up to 64 MiB for each thread, and a model's weights and caches are large blocks: closing
 * models would not make the process smaller. Whoever sets its thresholds through the environment is left alone.
 */
export function limitAllocator(): void {
  const { MALLOC_MMAP_THRESHOLD_: set, MALLOC_TRIM_THRESHOLD_: setToo } = process.env;
  if (library !== undefined || set !== undefined || setToo !== undefined) return;
  const mallopt = systemLibrary()?.func('mallopt', 'int', ['int', 'int']);
  mallopt?.(mmapThreshold, limit);
  mallopt?.(trimThreshold, limit);
}

/** Gives back what is free in smaller blocks: loading a model leaves as much of them as half its weights. */
export async function returnFreeMemory(): Promise<void> {
  const trim = systemLibrary()?.func('malloc_trim', 'int', ['size_t']);
  if (trim !== undefined) await new Promise((resolve) => trim.async(0, resolve));
}

/** The system call `madvise`; does nothing where there is no such library. */
export const adviseMemory: AdviseMemory = async (start, length, advice) => {
  const advise = systemLibrary()?.func('madvise', 'int', ['size_t', 'size_t', 'int']);
  if (advise !== undefined) await new Promise((resolve) => advise.async(start, length, advice, resolve));
};

/** Undefined where there is no such allocator; or where another library was loaded before call stacks were widened. */
function systemLibrary(): LibraryHandle | undefined {
  if (process.platform !== 'linux') return undefined;
  try {
    widenCallStacks();
    library ??= koffi.load('libc.so.6');
    library.symbol('malloc_trim');
    return library;
  } catch {
    return undefined;
  }
}
