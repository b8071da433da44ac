import { InvalidArgumentError } from '@foretoken/core';
import type { LayerSelection } from '@foretoken/models';
import { tinyModels } from '@foretoken/tiny-models';
import { modelFile } from './model-file.js';

/** A model to load as the draft: a file, and which of its layers. */
export interface DraftModel extends LayerSelection {
  readonly file: string;
}

/** More than any model has. */
const mostLayers = 4096;

/**
 * The draft model that `--draft` names: a file, a pulled model, `embedded`, or some of the target's own layers.
 *
 * @param target the target's file.
 * @throws InvalidArgumentError.
 */
export function draftModel(name: string, target: string): DraftModel {
  const [, kind, text = ''] = /^(early-exit|skip-layers):(.*)$/.exec(name) ?? [];
  if (kind === undefined) return { file: name === 'embedded' ? tinyModels.draft : modelFile(name) };
  const numbers = text.split(',').map((part) => (/^\d{1,4}$/.test(part) ? Number(part) : Number.NaN));
  const [count = Number.NaN, ...others] = numbers;
  if (kind === 'early-exit') {
    if (!(count >= 1 && count <= mostLayers) || others.length > 0) {
      throw new InvalidArgumentError(
        `--draft early-exit:N takes the number of the target's first layers, at least 1, not "${text}".`,
      );
    }
    return { file: target, layers: Array.from({ length: count }, (_, layer) => layer) };
  }
  if (numbers.some(Number.isNaN)) {
    throw new InvalidArgumentError(
      `--draft skip-layers:A,B,... takes numbers of the target's layers, from 0, not "${text}".`,
    );
  }
  return { file: target, skipLayers: numbers.toSorted((left, right) => left - right) };
}
