const units = ['kB', 'MB', 'GB', 'TB'];

/** A number of bytes for a reader, in powers of 1000: `3.6 MB`. */
export function bytesText(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  const power = Math.min(Math.floor(Math.log10(bytes) / 3), units.length);
  return `${(bytes / 1000 ** power).toFixed(1)} ${units[power - 1]}`;
}
