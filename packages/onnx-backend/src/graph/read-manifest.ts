import { InvalidModelFileError, UnsupportedError } from '@foretoken/core';
import { type GraphManifest, generatorVersion, manifestKey } from './graph-manifest.js';
import { graphValues } from './graph-values.js';
import { supportedArchitectures } from './weights/decoder-shape.js';
import type { OnnxValue } from './file/onnx-model.js';
import type { DeclaredValue, OnnxFile } from './file/read-onnx.js';

/**
 * The manifest of a graph that this package has generated; undefined for any other ONNX model.
 *
 * @throws UnsupportedError for a graph of another version of the generator, InvalidModelFileError for a
 *   damaged manifest and for a graph whose inputs and outputs are not what it says.
 */
export function readManifest(file: OnnxFile): GraphManifest | undefined {
  const text = file.metadata.get(manifestKey);
  if (text === undefined) return undefined;
  const manifest = parseManifest(file.path, text);
  const expected = graphValues(manifest);
  const problems = [
    ...differences('input', expected.inputs, file.inputs),
    ...differences('output', expected.outputs, file.outputs),
  ];
  if (problems.length > 0) {
    throw new InvalidModelFileError(
      `${file.path} does not fit its manifest: ${problems.join('; ')}. Generate the graph again.`,
    );
  }
  return manifest;
}

function parseManifest(path: string, text: string): GraphManifest {
  const fail = (problem: string): InvalidModelFileError =>
    new InvalidModelFileError(`${path}: its manifest ${problem}. Generate the graph again.`);
  let manifest: Record<string, unknown>;
  try {
    manifest = JSON.parse(text) as Record<string, unknown>;
  } catch (error) {
    throw fail(`is not JSON: ${(error as Error).message}`);
  }
  if (typeof manifest !== 'object' || manifest === null) throw fail('is not a JSON object');
  const version = manifest['generatorVersion'];
  if (version !== generatorVersion) {
    throw new UnsupportedError(
      `${path} was made by version ${JSON.stringify(version)} of the graph generator; this is version ${generatorVersion}: load the weights that it was made from, and the graph is generated anew.`,
    );
  }
  for (const [key, isSound] of Object.entries(checks)) {
    if (!isSound(manifest[key])) throw fail(`says that ${key} is ${JSON.stringify(manifest[key])}`);
  }
  return manifest as unknown as GraphManifest;
}

const oneOf =
  (...values: readonly unknown[]) =>
  (value: unknown): boolean =>
    values.includes(value);
const isCount = (value: unknown): boolean =>
  Number.isSafeInteger(value) && (value as number) >= 1 && (value as number) <= 2 ** 31 - 1;

const checks: Readonly<
  Record<Exclude<keyof GraphManifest, 'generatorVersion'>, (value: unknown) => boolean>
> = {
  architecture: oneOf(...supportedArchitectures),
  weightFormat: oneOf('float32', 'float16', 'int8', 'int4'),
  accuracyLevel: oneOf(1, 4),
  trees: oneOf(true, false),
  cacheType: oneOf('float32', 'float16'),
  decomposed: oneOf(true, false),
  vocabularySize: isCount,
  contextLength: isCount,
  width: isCount,
  layers: (value) => isCount(value) && (value as number) <= 4096,
  heads: isCount,
  keyValueHeads: isCount,
  headWidth: isCount,
  sourceHash: (value) => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value),
  sourceLayers: (value) =>
    value === undefined ||
    (Array.isArray(value) &&
      value.every(
        (layer, index) => Number.isSafeInteger(layer) && layer > ((value[index - 1] as number) ?? -1),
      )),
};

/** What is missing, unexpected, or of another type or shape, each by name. */
function differences(
  side: 'input' | 'output',
  expected: readonly OnnxValue[],
  found: readonly DeclaredValue[],
): string[] {
  const declared = new Map(found.map((value) => [value.name, value]));
  const problems: string[] = [];
  for (const value of expected) {
    const other = declared.get(value.name);
    declared.delete(value.name);
    if (other === undefined) problems.push(`the ${side} ${value.name} is missing`);
    else if (describe(other) !== describe(value))
      problems.push(`the ${side} ${value.name} is ${describe(other)}, not ${describe(value)}`);
  }
  for (const name of declared.keys()) problems.push(`the ${side} ${name} is unexpected`);
  return problems;
}

function describe({ elementType, shape }: DeclaredValue | OnnxValue): string {
  return `${elementType ?? 'another type'} [${shape?.join(', ') ?? '?'}]`;
}
