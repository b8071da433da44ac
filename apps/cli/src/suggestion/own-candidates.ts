import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { GgufFile } from '@foretoken/models';
import { tinyHeads, tinyModels } from '@foretoken/tiny-models';
import { headNames } from '../engines/heads.js';
import type { Candidate } from './candidate.js';

/** Bits of a weight in Q4_0, its scale counted. */
const bitsOfCopy = 4.5;
/** A draft that reads more than this share of the target's weights is not suggested. */
export const mostShare = 0.7;
const layerNumber = /^blk\.(\d+)\./;

/** What can draft without another model: the text itself, and parts and copies of the target. */
export async function ownCandidates(target: GgufFile, isEmbedded: boolean): Promise<Candidate[]> {
  const shared = { kind: 'text', bytes: 0 } as const;
  const candidates: Candidate[] = [
    { ...shared, draft: 'prompt-lookup', note: 'where the output repeats its prompt or itself' },
    { ...shared, draft: 'n-gram', note: 'where it repeats past outputs or corpora too' },
    { ...shared, draft: 'input-copy', note: 'where the output is an edited copy of a text' },
  ];
  if (isEmbedded) {
    candidates.push({
      draft: 'embedded',
      label: 'embedded draft',
      kind: 'model',
      bytes: (await stat(tinyModels.draft)).size,
      note: 'trained with this target',
    });
    for (const head of headNames) {
      const bytes = (await stat(tinyHeads[head])).size;
      const longest = head === 'mlp-speculator' ? 4 : undefined;
      candidates.push({
        ...shared,
        draft: head,
        kind: 'head',
        bytes,
        longest,
        note: 'trained for this target',
      });
    }
  }
  const layers = Number(
    target.metadata.get(`${String(target.metadata.get('general.architecture'))}.block_count`),
  );
  for (const kept of new Set([Math.ceil(layers / 4), Math.ceil(layers / 2)])) {
    if (!(kept >= 1 && kept < layers)) continue;
    candidates.push({
      draft: `early-exit:${kept}`,
      kind: 'own layers',
      bytes: bytesOf(target, kept),
      note: 'where the target was trained for it (LayerSkip)',
    });
  }
  const whole = bytesOf(target, layers);
  const copy = (bitsOfCopy / 8) * elementsOf(target);
  const file = copyOf(target.path);
  if (copy < mostShare * whole && file !== target.path) {
    const own = { draft: file, bytes: copy };
    const note = 'most tokens are accepted';
    candidates.push(
      existsSync(file)
        ? { ...own, kind: 'model', note }
        : {
            ...own,
            kind: 'own copy',
            note: `${note}; first: foretoken quantize ${target.path} ${file} --format Q4_0`,
          },
    );
  }
  return candidates;
}

/** Beside the target; of one that lies in the hub's cache in the current folder, since the cache is other tools' as well. */
function copyOf(target: string): string {
  const file = target.replace(/(-q\w+)?\.gguf$/i, '-q4_0.gguf');
  return file.includes(`${path.sep}snapshots${path.sep}`) ? path.basename(file) : file;
}

/** Bytes of the first layers and of all that is in no layer. */
function bytesOf({ tensors }: GgufFile, layers: number): number {
  let bytes = 0;
  for (const { name, byteLength } of tensors.values()) {
    const layer = layerNumber.exec(name)?.[1];
    if (layer === undefined || Number(layer) < layers) bytes += byteLength;
  }
  return bytes;
}

function elementsOf({ tensors }: GgufFile): number {
  let elements = 0;
  for (const { shape } of tensors.values()) elements += shape.reduce((product, size) => product * size, 1);
  return elements;
}
