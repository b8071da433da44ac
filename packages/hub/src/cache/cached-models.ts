import path from 'node:path';
import { InvalidModelFileError } from '@foretoken/core';
import { assertWhole, chooseModel, isProjector, safetensors } from '../choice/choose-model.js';
import { ggufModels, type ModelFiles, safetensorsModels } from '../choice/model-files.js';
import { requireModelName } from '../choice/model-name.js';
import { type CachedFile, cachedFiles, cachedRepositories, newestFiles } from './cached-files.js';
import { hubFolder } from './hub-folder.js';
import { repositoryFolder } from './repository-folder.js';

/** A model in the cache of the hub. */
export interface CachedModel {
  /** `owner/model:choice`, as it is loaded, pulled and removed. */
  readonly name: string;
  /** `owner/model`. */
  readonly repository: string;
  /** Git commit of the repository, 40 digits. */
  readonly commit: string;
  /** As the file's name says it: `Q4_K_M`. */
  readonly quantization: string | undefined;
  /** The file to load: of a split one the first part, of safetensors their folder. */
  readonly path: string;
  /** All parts, in order. */
  readonly paths: readonly string[];
  /** How many parts there should be. */
  readonly partCount: number;
  /** Of all parts. */
  readonly byteLength: number;
}

/**
 * The models that the cache holds, GGUF files and folders of safetensors, those that other tools brought included; of the same name first what is loaded,
 * then what older commits had under it. Reads the folders synchronously.
 *
 * @param cacheFolder default: as for `pullModel`.
 */
export function cachedModels(cacheFolder?: string): readonly CachedModel[] {
  const root = hubFolder(cacheFolder);
  return cachedRepositories(root).flatMap((repository) => {
    const files = cachedFiles(repositoryFolder(root, repository));
    const seen = new Set<string>();
    const commits = [...new Set(files.map(({ commit }) => commit))];
    const models = commits
      .flatMap((commit) => {
        const own = files.filter((file) => file.commit === commit);
        return [...ggufModels(own), ...safetensorsModels(own)];
      })
      .filter(({ parts }) => {
        const contents = parts.map(({ path: name, content }) => `${name}\n${content}`).join('\n');
        return !seen.has(contents) && seen.add(contents);
      });
    return models.map((model) => describe(repository, model, models));
  });
}

/**
 * A model in the cache. Reads the folders synchronously.
 *
 * @param name `owner/model`, or `owner/model:choice` with a quantisation, `safetensors` or a file.
 * @throws InvalidModelFileError where the cache does not hold the repository, or parts of different commits;
 * InvalidArgumentError for a name that means no model of it or several, with a list of what there is.
 */
export function findCachedModel(name: string, cacheFolder?: string): CachedModel {
  const root = hubFolder(cacheFolder);
  const wanted = requireModelName(name);
  const { repository } = wanted;
  const cached = cachedFiles(repositoryFolder(root, repository));
  const files = newestFiles(cached);
  if (files.length === 0) {
    throw new InvalidModelFileError(
      `${name} is not in the cache ${root}: "foretoken pull ${name}" brings it.`,
    );
  }
  const model = chooseModel(files, wanted, 'in the cache', wholeSafetensors(cached));
  assertWhole(model, wanted, 'in the cache');
  if (new Set(model.parts.map(({ commit }) => commit)).size > 1) {
    throw new InvalidModelFileError(
      `${name}: the cache has parts of it from different commits: "foretoken pull ${name}" brings the others.`,
    );
  }
  return describe(repository, model, ggufModels(files));
}

/** The safetensors of the newest commit that has them whole: a later one may lack what an earlier one had. */
function wholeSafetensors(files: readonly CachedFile[]): ModelFiles<CachedFile>[] | undefined {
  const whole = [...new Set(files.map(({ commit }) => commit))]
    .flatMap((commit) => safetensorsModels(files.filter((file) => file.commit === commit)))
    .find(({ parts, partCount }) => parts.length === partCount);
  return whole && [whole];
}

function describe(
  repository: string,
  { path: first, quantization, isFolder, parts, partCount, byteLength }: ModelFiles<CachedFile>,
  models: readonly ModelFiles[],
): CachedModel {
  const paths = parts.map(({ location }) => location);
  const isSame = (other: ModelFiles): boolean =>
    other.path !== first && !isProjector(other.path) && other.quantization === quantization;
  const ambiguous = isProjector(first) || models.some(isSame);
  const choice = quantization === undefined || ambiguous ? first : quantization;
  return {
    name: `${repository}:${isFolder ? safetensors : choice}`,
    repository,
    commit: parts[0]?.commit as string,
    quantization,
    path: isFolder ? path.dirname(paths[0] as string) : (paths[0] as string),
    paths,
    partCount,
    byteLength,
  };
}
