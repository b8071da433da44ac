import type { GraphBuilder } from './graph-builder.js';
import type { GraphManifest } from './graph-manifest.js';

/** What a tree pass says of itself: positions int64 [1, n], and a bias float32 [1, 1, n, total]. */
export function treeInputs(
  builder: GraphBuilder,
  { trees }: GraphManifest,
): { readonly positions: string; readonly bias: string } | undefined {
  if (!trees) return undefined;
  return {
    positions: builder.input('position_ids', 'int64', [1, 'tokens']),
    bias: builder.input('attention_bias', 'float32', [1, 1, 'tokens', 'total']),
  };
}
