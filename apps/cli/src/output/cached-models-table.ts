import { bytesText, type CachedModel } from '@foretoken/hub';
import Table from 'cli-table3';

/** The models of the cache, a line each. */
export function cachedModelsTable(models: readonly CachedModel[]): string {
  const table = new Table({
    head: ['model', 'quantisation', 'size', 'file'],
    style: { head: [], border: [] },
  });
  for (const { name, quantization, byteLength, path, paths, partCount } of models) {
    const parts = partCount > 1 ? ` in ${paths.length} of ${partCount} parts` : '';
    table.push([name, quantization ?? '', `${bytesText(byteLength)}${parts}`, path]);
  }
  return table.toString();
}
