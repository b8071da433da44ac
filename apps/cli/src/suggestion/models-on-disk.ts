import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { ForetokenError, InvalidArgumentError } from '@foretoken/core';
import { cachedModels } from '@foretoken/hub';
import { type GgufFile, readGguf } from '@foretoken/models';
import { usedTokens } from '../engines/used-tokens.js';
import type { Candidate } from './candidate.js';
import { mostShare } from './own-candidates.js';

/** Of a model that is split over files, all but the first. */
const laterPart = /-(?!00001)\d{5}-of-\d{5}\.gguf$/;
/** Share of the target's tokens that a foreign draft should have for its own to be paired one by one. */
const manyShared = 0.5;

/**
 * The GGUF models in these folders and in the hub's cache that are smaller than the target, each with how its vocabulary
 * fits. Files that cannot be read are left out.
 *
 * @throws InvalidArgumentError for a folder that cannot be read.
 */
export async function modelsOnDisk(target: GgufFile, folders: readonly string[]): Promise<Candidate[]> {
  const files = new Set(
    cachedModels()
      .map((model) => model.path)
      .filter((file) => file.endsWith('.gguf')),
  );
  for (const folder of folders) for (const name of await namesIn(folder)) files.add(path.join(folder, name));
  files.delete(path.resolve(target.path));
  const ours = usedTokens(target) ?? [];
  const candidates: Candidate[] = [];
  for (const file of [...files].toSorted()) {
    const draft = await readGguf(file).catch(ignoreUnsound);
    if (draft === undefined || draft.byteLength > mostShare * target.byteLength) continue;
    const theirs = usedTokens(draft);
    if (theirs !== undefined) {
      const relative = path.relative('.', file);
      const name = relative.startsWith('..') ? file : relative;
      candidates.push({
        draft: name,
        kind: 'model',
        bytes: draft.byteLength,
        ...compareVocabularies(ours, theirs),
      });
    }
  }
  return candidates;
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    const names = await readdir(folder);
    return names.filter((name) => name.endsWith('.gguf') && !laterPart.test(name));
  } catch (error) {
    throw new InvalidArgumentError(`The folder ${folder} cannot be read.`, { cause: error });
  }
}

function ignoreUnsound(error: unknown): undefined {
  if (!ForetokenError.isInstance(error)) throw error;
}

function compareVocabularies(
  ours: readonly string[],
  theirs: readonly string[],
): Pick<Candidate, 'note' | 'foreignDraft'> {
  const first = ours.findIndex((token, id) => token !== theirs[id]);
  if (first < 0 && ours.length === theirs.length) return { note: 'the same tokens' };
  const own = new Set(theirs);
  const shared = ours.filter((token) => own.has(token)).length / ours.length;
  const difference =
    first < 0 || first >= theirs.length
      ? `${theirs.length} tokens against ${ours.length}`
      : `token ${first} is ${JSON.stringify(theirs[first])} against ${JSON.stringify(ours[first])}`;
  const way = shared >= manyShared ? 'tli' : 'slem';
  return {
    note: `another vocabulary: ${difference}; it has ${(100 * shared).toFixed(0)} % of the target's tokens`,
    foreignDraft: way,
  };
}
