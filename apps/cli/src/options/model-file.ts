import { existsSync } from 'node:fs';
import path from 'node:path';
import { findCachedModel, parseModelName } from '@foretoken/hub';

/**
 * The file that a model's name means: one that is there, else a model that was pulled, `owner/model:choice`.
 *
 * @param folder where relative paths begin; the result is absolute then.
 * @throws InvalidModelFileError, InvalidArgumentError where the name is one of the hub and the cache does not hold it.
 */
export function modelFile(name: string, folder?: string): string {
  const file = folder === undefined ? name : path.resolve(folder, name);
  if (existsSync(file)) return file;
  const hubName = parseModelName(name);
  // `folder/model.gguf` reads like a name of the hub, too.
  const isPath = hubName === undefined || /\.(gguf|safetensors)$/i.test(hubName.repository);
  return isPath ? file : findCachedModel(name).path;
}
