import { existsSync } from 'node:fs';
import { findCachedModel, parseModelName } from '@foretoken/hub';

/**
 * The file that a model's name means: one that is there, else a model that was pulled, `owner/model:choice`.
 *
 * @throws InvalidModelFileError, InvalidArgumentError where the name is one of the hub and the cache does not hold it.
 */
export function modelFile(name: string): string {
  if (existsSync(name)) return name;
  const hubName = parseModelName(name);
  // `folder/model.gguf` reads like a name of the hub, too.
  const isPath = hubName === undefined || /\.(gguf|safetensors)$/i.test(hubName.repository);
  return isPath ? name : findCachedModel(name).path;
}
