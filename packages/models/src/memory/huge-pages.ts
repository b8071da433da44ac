import { readFileSync } from 'node:fs';

/** From `start` to before `end`, in bytes. */
export interface AddressRange {
  readonly start: number;
  readonly end: number;
}

const page = 2 ** 21;
/** Ranges below this are not worth a call. */
const smallest = 4 * page;
/** Linux: `MADV_HUGEPAGE`, and `MADV_COLLAPSE` since 6.1. */
const advice = { hugePage: 14, collapse: 25 } as const;

/** Writable memory of this process that no file is behind, ascending; empty where the system does not tell. */
export function anonymousRanges(): AddressRange[] {
  if (process.platform !== 'linux') return [];
  try {
    return parseAnonymousRanges(readFileSync('/proc/self/maps', 'utf8'));
  } catch {
    return [];
  }
}

/** The same from the lines of /proc/self/maps; neighbours are one range. */
export function parseAnonymousRanges(maps: string): AddressRange[] {
  const ranges: { start: number; end: number }[] = [];
  for (const [, from = '', to = ''] of maps.matchAll(/^([0-9a-f]+)-([0-9a-f]+) rw-p 0+ 00:00 0\s*$/gm)) {
    const [start, end] = [Number.parseInt(from, 16), Number.parseInt(to, 16)];
    const last = ranges.at(-1);
    if (last?.end === start) last.end = end;
    else ranges.push({ start, end });
  }
  return ranges;
}

/** What of `after` is not in `before`, in whole huge pages; both ascending. */
export function newPages(before: readonly AddressRange[], after: readonly AddressRange[]): AddressRange[] {
  return after
    .flatMap(({ start, end }) => {
      const old = before.filter((range) => range.start < end && range.end > start);
      const starts = [start, ...old.map((range) => range.end)];
      const ends = [...old.map((range) => range.start), end];
      return starts.map((from, index) => ({
        start: Math.ceil(from / page) * page,
        end: Math.floor((ends[index] as number) / page) * page,
      }));
    })
    .filter((range) => range.end - range.start >= smallest);
}

/**
 * The system call `madvise`: resolves with what it returns.
 *
 * @param start address of a page.
 * @param length bytes.
 */
export type AdviseMemory = (start: number, length: number, advice: number) => Promise<unknown>;

/**
 * Asks Linux to keep what was allocated since `before` in pages of 2 MiB. A pass reads every weight once, and finding
 * each page of 4 KiB takes part of that time. Where the system does not do so, or its owner has switched it off, all
 * stays as it is.
 */
export async function useHugePages(before: readonly AddressRange[], advise: AdviseMemory): Promise<void> {
  const ranges = newPages(before, anonymousRanges());
  if (ranges.length === 0 || !isPermitted()) return;
  for (const { start, end } of ranges) {
    for (const value of [advice.hugePage, advice.collapse]) await advise(start, end - start, value);
  }
}

function isPermitted(): boolean {
  try {
    return !readFileSync('/sys/kernel/mm/transparent_hugepage/enabled', 'utf8').includes('[never]');
  } catch {
    return false;
  }
}
