import { InvalidModelFileError } from '@foretoken/core';
import { assertWhole, chooseModel } from '../choice/choose-model.js';
import { ggufModels, type ModelFiles } from '../choice/model-files.js';
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
  /** The file to load: of a split one the first part. */
  readonly path: string;
  /** All parts, in order. */
  readonly paths: readonly string[];
  /** How many parts there should be. */
  readonly partCount: number;
  /** Of all parts. */
  readonly byteLength: number;
}

/**
 * The GGUF models that the cache holds, those that other tools brought included; of the same name first what is loaded,
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
      .flatMap((commit) => ggufModels(files.filter((file) => file.commit === commit)))
      .filter(({ parts }) => {
        const contents = parts.map(({ path, content }) => `${path}\n${content}`).join('\n');
        return !seen.has(contents) && seen.add(contents);
      });
    return models.map((model) => describe(repository, model, models));
  });
}

/**
 * A model in the cache. Reads the folders synchronously.
 *
 * @param name `owner/model`, or `owner/model:choice` with a quantisation or a file.
 * @throws InvalidModelFileError where the cache does not hold the repository, or parts of different commits;
 * InvalidArgumentError for a name that means no model of it or several, with a list of what there is.
 */
export function findCachedModel(name: string, cacheFolder?: string): CachedModel {
  const root = hubFolder(cacheFolder);
  const wanted = requireModelName(name);
  const { repository } = wanted;
  const files = newestFiles(cachedFiles(repositoryFolder(root, repository)));
  if (files.length === 0) {
    throw new InvalidModelFileError(
      `${name} is not in the cache ${root}: "foretoken pull ${name}" brings it.`,
    );
  }
  const model = chooseModel(files, wanted, 'in the cache');
  assertWhole(model, wanted, 'in the cache');
  if (new Set(model.parts.map(({ commit }) => commit)).size > 1) {
    throw new InvalidModelFileError(
      `${name}: the cache has parts of it from different commits: "foretoken pull ${name}" brings the others.`,
    );
  }
  return describe(repository, model, ggufModels(files));
}

function describe(
  repository: string,
  { path, quantization, parts, partCount, byteLength }: ModelFiles<CachedFile>,
  models: readonly ModelFiles[],
): CachedModel {
  const paths = parts.map(({ location }) => location);
  const ambiguous = models.some((other) => other.path !== path && other.quantization === quantization);
  return {
    name: `${repository}:${quantization === undefined || ambiguous ? path : quantization}`,
    repository,
    commit: parts[0]?.commit as string,
    quantization,
    path: paths[0] as string,
    paths,
    partCount,
    byteLength,
  };
}
