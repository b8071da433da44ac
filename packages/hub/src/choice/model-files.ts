import { quantizationLabel } from './quantization-label.js';
import type { RepositoryFile } from './repository-file.js';

/** What is pulled, loaded or removed as one: a file, the parts of a split one, or safetensors with what belongs to them. */
export interface ModelFiles<File extends RepositoryFile = RepositoryFile> {
  /** Of the file, or of the first part. */
  readonly path: string;
  /** As the name says it. */
  readonly quantization: string | undefined;
  /** True for safetensors, of which the folder is loaded. */
  readonly isFolder: boolean;
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
    isFolder: false,
    parts,
    partCount: count === undefined ? 1 : Number(count),
    byteLength: bytesOf(parts),
  };
}

/** As transformers names weights, whole or in parts, at the top of a repository. */
const weightsName = /^model(?:-\d{5}-of-(\d{5}))?\.safetensors$/;
/** What belongs to them: configuration, tokenizer and template. */
const companionName =
  /^(?:(?:generation_|tokenizer_)?config|tokenizer|special_tokens_map|chat_template|model\.safetensors\.index)\.json$|^chat_template\.jinja$/;

/** The model of safetensors that a repository's files are, with their configuration: none, or one. */
export function safetensorsModels<File extends RepositoryFile>(files: readonly File[]): ModelFiles<File>[] {
  const weights = files.filter(({ path }) => weightsName.test(path)).toSorted(byPath);
  const [first] = weights;
  const companions = files.filter(({ path }) => companionName.test(path)).toSorted(byPath);
  if (first === undefined || !companions.some(({ path }) => path === 'config.json')) return [];
  const parts = [...weights, ...companions];
  const [, count = '1'] = weightsName.exec(first.path) ?? [];
  return [
    {
      path: first.path,
      quantization: undefined,
      isFolder: true,
      parts,
      partCount: Number(count) + companions.length,
      byteLength: bytesOf(parts),
    },
  ];
}

function bytesOf(files: readonly RepositoryFile[]): number {
  return files.reduce((sum, { byteLength }) => sum + byteLength, 0);
}

function byPath(left: { readonly path: string }, right: { readonly path: string }): number {
  return left.path < right.path ? -1 : 1;
}
