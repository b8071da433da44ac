import path from 'node:path';
import { tinyModels } from '@foretoken/tiny-models';
import { modelFile } from '../options/model-file.js';

/** A model file as options and pipelines name it: a path, a pulled model or "embedded". */
export interface NamedModel {
  /** What profiles call it. */
  readonly name: string;
  readonly file: string;
}

export function namedTarget(model: string): NamedModel {
  return named(model, { name: 'embedded target', file: tinyModels.target });
}

export function namedDraft(model: string): NamedModel {
  return named(model, { name: 'embedded draft', file: tinyModels.draft });
}

function named(model: string, embedded: NamedModel): NamedModel {
  if (model === 'embedded') return embedded;
  const file = modelFile(model, '.');
  return { name: path.basename(file), file };
}
