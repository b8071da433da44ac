import { quantizationLabel } from './quantization-label.js';
import type { RepositoryFile } from './repository-file.js';

/** What is pulled, loaded or removed as one: a file, or the parts of a split one. */
export interface ModelFiles<File extends RepositoryFile = RepositoryFile> {
  /** Of the file, or of the first part. */
  readonly path: string;
  /** As the name says it. */
  readonly quantization: string | undefined;
  /** In order. */
  readonly parts: readonly File[];
  /** How many parts there should be. */
  readonly partCount: number;
  /** Of all parts that are there. */
  readonly byteLength: number;
}

/** As llama.cpp names the parts of a split file. */
const partName = /^(.*)-(\d{5})-of-(\d{5})\.gguf$/i;

/** The GGUF models among a repository's files, by path. */
export function ggufModels<File extends RepositoryFile>(files: readonly File[]): ModelFiles<File>[] {
  const groups = new Map<string, File[]>();
  for (const file of files.filter(({ path }) => /\.gguf$/i.test(path))) {
    const [, stem, , count] = partName.exec(file.path) ?? [];
    const key = stem === undefined ? file.path : `${stem}-of-${count}`;
    groups.set(key, [...(groups.get(key) ?? []), file]);
  }
  return [...groups.values()].map(modelFiles).toSorted(byPath);
}

/** The parts of one model together. */
export function modelFiles<File extends RepositoryFile>(files: readonly File[]): ModelFiles<File> {
  // The numbers have the same length, so that they sort as texts.
  const parts = files.toSorted(byPath);
  const [{ path }] = parts as [File];
  const [, , , count] = partName.exec(path) ?? [];
  return {
    path,
    quantization: quantizationLabel(path),
    parts,
    partCount: count === undefined ? 1 : Number(count),
    byteLength: parts.reduce((sum, { byteLength }) => sum + byteLength, 0),
  };
}

function byPath(left: { readonly path: string }, right: { readonly path: string }): number {
  return left.path < right.path ? -1 : 1;
}
