import { InvalidArgumentError } from '@foretoken/core';

/** Which layers of a model are run. Give one of the two, or neither: all. */
export interface LayerSelection {
  /** Numbers of the layers that stay: from 0, ascending, at least one. */
  readonly layers?: readonly number[] | undefined;
  /** Numbers of the layers that are left out: from 0, ascending, not all. */
  readonly skipLayers?: readonly number[] | undefined;
}

/**
 * Numbers of the layers that stay, ascending; undefined where all do.
 *
 * @param source names the model in messages.
 * @param count of the model's layers.
 * @throws InvalidArgumentError.
 */
export function keptLayers(
  source: string,
  count: number,
  { layers, skipLayers }: LayerSelection,
): readonly number[] | undefined {
  if (layers !== undefined && skipLayers !== undefined) {
    throw new InvalidArgumentError('Give layers or skipLayers, not both: each says which layers stay.');
  }
  if (layers !== undefined) checkNumbers('layers', layers, source, count);
  if (skipLayers !== undefined) checkNumbers('skipLayers', skipLayers, source, count);
  const skipped = new Set(skipLayers);
  const kept =
    layers ?? Array.from({ length: count }, (_, layer) => layer).filter((layer) => !skipped.has(layer));
  if (kept.length === 0) {
    throw new InvalidArgumentError(`No layer of ${source} is left: keep at least one of its ${count}.`);
  }
  return kept.length === count ? undefined : kept;
}

function checkNumbers(name: string, numbers: readonly number[], source: string, count: number): void {
  const wrong = numbers.find((layer, place) => {
    const least = place === 0 ? 0 : (numbers[place - 1] as number) + 1;
    return !Number.isInteger(layer) || layer < least || layer >= count;
  });
  if (wrong === undefined) return;
  throw new InvalidArgumentError(
    `${name} cannot have ${String(wrong)} where it stands: ${source} has ${count} layers; give numbers from 0 to ${count - 1}, ascending, each once.`,
  );
}
