import type { GgufFile } from './gguf-file.js';
import { splitKeys } from './join-parts.js';
import type { TypedValue } from './value-types.js';

/** A model's metadata as `writeGguf` takes it, for one file: without what says how it was split. */
export function wholeMetadata({ metadata, metadataTypes }: GgufFile): Map<string, TypedValue> {
  return new Map(
    [...metadata]
      .filter(([key]) => !splitKeys.includes(key))
      .map(([key, value]) => [key, { type: metadataTypes.get(key), value } as TypedValue]),
  );
}
