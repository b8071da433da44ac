import { InvalidArgumentError } from '@foretoken/core';
import { bytesText } from '../bytes-text.js';
import { ggufModels, type ModelFiles, modelFiles, safetensorsModels } from './model-files.js';
import type { ModelName } from './model-name.js';
import type { RepositoryFile } from './repository-file.js';

/** Where the files are, for messages. */
export type Place = 'on the hub' | 'in the cache';

/** What names safetensors among a repository's models. */
export const safetensors = 'safetensors';

/** So many lines of a list are shown. */
const mostLines = 40;

/**
 * What a name means among the files of its repository: the file that it names, all parts where that is one of a split
 * file, or the one model of the quantisation that it names; `safetensors` is those with what belongs to them. Without a choice, the
 * only GGUF model that there is, else the safetensors.
 *
 * @param folders the safetensors, at most one model; default: those among the files.
 * @throws InvalidArgumentError where that is none or several, with a list of what there is.
 */
export function chooseModel<File extends RepositoryFile>(
  files: readonly File[],
  name: ModelName,
  place: Place,
  folders: readonly ModelFiles<File>[] = safetensorsModels(files),
): ModelFiles<File> {
  const { repository, choice } = name;
  const models = ggufModels(files);
  const file = choice === undefined ? undefined : namedFile(files, choice);
  if (file !== undefined) return models.find(({ parts }) => parts.includes(file)) ?? modelFiles([file]);
  if (choice?.toLowerCase() === safetensors && folders[0] !== undefined) return folders[0];
  const candidates = models.filter(({ path }) => !isProjector(path));
  const fitting =
    choice !== undefined ? ofQuantization(candidates, choice) : candidates.length > 0 ? candidates : folders;
  const [only, ...others] = fitting;
  if (only === undefined) throw new InvalidArgumentError(missingText(files, models, name, place));
  if (others.length > 0) throw new InvalidArgumentError(severalText(fitting, repository, place));
  return only;
}

/** Multimodal projectors go with a model, and are none: only the file's name means one. */
export function isProjector(path: string): boolean {
  return /mmproj/i.test(path);
}

/** @throws InvalidArgumentError where parts of a split file are not there. */
export function assertWhole(
  { path, parts, partCount }: ModelFiles,
  { repository }: ModelName,
  place: Place,
): void {
  if (parts.length === partCount) return;
  const remedy = place === 'in the cache' ? 'pull it' : 'choose another model';
  throw new InvalidArgumentError(
    `${repository}: of the ${partCount} parts of ${path} only ${parts.length} are ${place}: ${remedy}.`,
  );
}

/** By its path, else by its name where only one has it. */
function namedFile<File extends RepositoryFile>(files: readonly File[], choice: string): File | undefined {
  const [first, ...others] = files.filter(({ path }) => path.endsWith(`/${choice}`));
  return files.find(({ path }) => path === choice) ?? (others.length === 0 ? first : undefined);
}

/** `Q4_K_XL` is also Unsloth's dynamic `UD-Q4_K_XL` where there is no other. */
function ofQuantization<Model extends ModelFiles>(models: readonly Model[], choice: string): Model[] {
  const wanted = choice.toUpperCase();
  const exact = models.filter(({ quantization }) => quantization === wanted);
  return exact.length > 0 ? exact : models.filter(({ quantization }) => quantization === `UD-${wanted}`);
}

function missingText(
  files: readonly RepositoryFile[],
  models: readonly ModelFiles[],
  { repository, choice }: ModelName,
  place: Place,
): string {
  const named = choice === undefined ? '' : `nothing named "${choice}"`;
  if (models.length === 0) {
    const what =
      named === '' ? 'no GGUF file and no safetensors with a config.json' : `${named}, and no GGUF file`;
    return `${repository} has ${what} ${place}. A file is named as in ${repository}:config.json. It has:${fileList(files)}`;
  }
  const elsewhere =
    place === 'in the cache' ? ` ("foretoken pull ${repository}:${choice}" looks on the hub)` : '';
  const what = named === '' ? 'no model but projectors' : named;
  return `${repository} has ${what} ${place}${elsewhere}. It has:${modelList(models)}`;
}

function severalText(models: readonly ModelFiles[], repository: string, place: Place): string {
  const labels = models.map(({ quantization }) => quantization);
  const unique = labels.filter((label) => labels.filter((other) => other === label).length === 1);
  const example = unique.includes('Q4_K_M') ? 'Q4_K_M' : (unique.find(Boolean) ?? models[0]?.path);
  return `${repository} has ${models.length} models ${place}: say which, as in ${repository}:${example}. It has:${modelList(models)}`;
}

function modelList(models: readonly ModelFiles[]): string {
  const width = Math.max(...models.map(({ quantization }) => quantization?.length ?? 0));
  return list(
    models.map(({ path, quantization = '', partCount, byteLength }) => {
      const parts = partCount > 1 ? `, in ${partCount} parts` : '';
      return `${quantization.padEnd(width)}  ${path} (${bytesText(byteLength)}${parts})`;
    }),
  );
}

function fileList(files: readonly RepositoryFile[]): string {
  return list(files.map(({ path, byteLength }) => `${path} (${bytesText(byteLength)})`));
}

function list(lines: readonly string[]): string {
  const shown = lines.slice(0, mostLines).map((line) => `\n  ${line}`);
  const more = lines.length > mostLines ? `\n  and ${lines.length - mostLines} more` : '';
  return `${shown.join('')}${more}`;
}
